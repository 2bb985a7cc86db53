//! The server under test: started on its own core, watched, and ended again.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::failure::{Doing, Failure};
use crate::plan::{Cores, ServerSpec};
use crate::{clock, machine};

pub(crate) mod gauge;

/// How long a server may take until its port answers.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long a server may take to end after SIGTERM before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(5);
/// How long to wait between two looks at a server that starts or stops.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// How much of a failed server's log is shown.
const LOG_LINES: usize = 20;

/// A running server; dropping it ends the process.
pub(crate) struct ServerProcess {
    child: Child,
    pid: Pid,
    /// The loopback port that it listens on.
    pub(crate) port: u16,
    log: PathBuf,
}

impl ServerProcess {
    /// Starts `spec` on the server's core and returns when its port answers; its output goes to a file in `logs`.
    pub(crate) fn start(spec: &ServerSpec, cores: Cores, logs: &Path, label: &str) -> crate::Result<Self> {
        let port = free_port()?;
        fs::create_dir_all(logs).doing("creating the folder for logs")?;
        let log = logs.join(format!("{label}.log"));
        let output = File::create(&log).doing("creating a log file")?;
        let errors = output.try_clone().doing("sharing a log file")?;

        // A child inherits the affinity of the thread that starts it.
        machine::pin_to(cores.server)?;
        let child = Command::new("sh")
            .arg("-c")
            .arg(format!("exec {}", spec.command_on(port)))
            .envs(spec.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn()
            .doing("starting a server");
        machine::pin_to(cores.generator)?;

        let child = child?;
        let pid = Pid::from_child(&child);
        let mut server = Self { child, pid, port, log };
        server.wait_until_up(&spec.name)?;
        Ok(server)
    }

    fn wait_until_up(&mut self, name: &str) -> crate::Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let started = clock::now();
        while started.elapsed() < START_LIMIT {
            if let Some(status) = self.child.try_wait().doing("looking at a server")? {
                return Err(self.did_not_start(&format!("{name} ended at once ({status})")));
            }
            if TcpStream::connect(address).is_ok() {
                return Ok(());
            }
            clock::pause(LOOK_AGAIN);
        }
        Err(self
            .did_not_start(&format!("{name} does not answer on port {} after {START_LIMIT:?}", self.port)))
    }

    fn did_not_start(&self, what: &str) -> Failure {
        Failure::Operator(format!("{what}; its last log lines:\n{}", last_lines(&self.log)))
    }

    /// The end of the server's log, for a message about a round that it spoiled.
    pub(crate) fn last_words(&self) -> String {
        last_lines(&self.log)
    }

    /// CPU time used so far.
    pub(crate) fn cpu(&self) -> crate::Result<gauge::Cpu> {
        gauge::cpu(self.pid)
    }

    /// Resident memory, in bytes.
    pub(crate) fn resident(&self) -> crate::Result<u64> {
        gauge::resident(self.pid)
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Whatever fails here, the process is gone already or SIGKILL follows.
        let _ = kill_process(self.pid, Signal::TERM);
        let asked = clock::now();
        while asked.elapsed() < STOP_LIMIT {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            clock::pause(LOOK_AGAIN);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on now.
fn free_port() -> crate::Result<u16> {
    let probe = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing("looking for a free port")?;
    Ok(probe.local_addr().doing("looking for a free port")?.port())
}

fn last_lines(log: &Path) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    match lines.len() {
        0 => "  (the log is empty)".to_owned(),
        count => lines[count.saturating_sub(LOG_LINES)..].iter().map(|line| format!("  {line}\n")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start(command: &str) -> crate::Result<ServerProcess> {
        let spec = ServerSpec {
            name: "subject".to_owned(),
            command: command.to_owned(),
            kind: crate::plan::Kind::Subject,
            variables: Vec::new(),
        };
        let logs = std::env::temp_dir().join(format!("vestibule-bench-test-{}", std::process::id()));
        ServerProcess::start(
            &spec,
            Cores { server: 0, generator: 0 },
            &logs,
            &format!("log-{}", command.len()),
        )
    }

    #[test]
    fn a_server_that_ends_at_once_is_reported_with_its_last_words() {
        let refusal = start("sh -c 'echo the port is taken >&2; exit 3'").err().unwrap().to_string();
        assert!(refusal.contains("ended at once"), "{refusal}");
        assert!(refusal.contains("the port is taken"), "{refusal}");
    }
}
