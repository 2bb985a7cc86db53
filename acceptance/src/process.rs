//! A process that ends with its guard, and everything that it says.

use std::fs;
use std::io::{self, PipeReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, kill_process};

pub use rustix::process::Signal;

use crate::patience::{Deadline, PATIENCE};

/// So much of what a process said is shown when a test fails.
const SHOWN: usize = 4_000;

/// A running process.
#[derive(Debug)]
pub struct Process {
    child: Child,
    said: Arc<Said>,
}

/// What a process has written to its standard output and its standard error, as it came.
#[derive(Debug, Default)]
struct Said {
    words: Mutex<Words>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Words {
    text: String,
    /// Both ends of the pipe are closed: the process has ended.
    ended: bool,
}

impl Process {
    /// Starts a command.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(mut command: Command) -> Self {
        let (reader, writer) = io::pipe().unwrap();
        command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        // It holds the writing ends, and the end of the process is told by the last of them.
        drop(command);
        let said = Arc::new(Said::default());
        let listener = Arc::clone(&said);
        thread::spawn(move || listener.listen(reader));
        Self { child, said }
    }

    /// Everything that it has said so far.
    pub fn said(&self) -> String {
        self.said.lock().text.clone()
    }

    /// Waits until what it has said makes sense to `look`, or until it has ended without saying that.
    #[track_caller]
    pub fn hears<T>(&self, what: &str, look: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Deadline::of_patience();
        let mut words = self.said.lock();
        loop {
            if let Some(found) = look(&words.text) {
                return found;
            }
            let Some(left) = deadline.left().filter(|_| !words.ended) else {
                let text = words.text.clone();
                drop(words);
                panic!("expected the process to say {what}; it said:\n{text}");
            };
            words = self.said.changed.wait_timeout(words, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.said.lock().ended
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it lives on.
    #[track_caller]
    pub fn end(&mut self) -> ExitStatus {
        let ended = self.ends_within(PATIENCE);
        ended.unwrap_or_else(|| {
            panic!("the process was expected to end; after {PATIENCE:?} it lives. It said:\n{}", self.said())
        })
    }

    /// Waits for its end, but not longer than that.
    pub fn ends_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Deadline::after(limit);
        let mut words = self.said.lock();
        while !words.ended {
            let left = deadline.left()?;
            words = self.said.changed.wait_timeout(words, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(words);
        Some(self.child.wait().unwrap())
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal)
            .unwrap_or_else(|error| panic!("the process cannot be told to {signal:?}: {error}"));
    }

    /// A line of `/proc/PID/status`, in kilobytes.
    pub fn memory(&self, name: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        number.unwrap_or_else(|| panic!("there is no {name} in\n{status}"))
    }
}

#[allow(clippy::print_stderr, reason = "what the server said explains a failed test")]
impl Drop for Process {
    fn drop(&mut self) {
        let _already_ended = self.child.kill();
        let _already_waited_for = self.child.wait();
        if thread::panicking() {
            let text = self.said();
            let from = text.floor_char_boundary(text.len().saturating_sub(SHOWN));
            eprintln!("what the process said at last:\n{}", &text[from..]);
        }
    }
}

impl Said {
    fn lock(&self) -> MutexGuard<'_, Words> {
        self.words.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listen(&self, mut reader: PipeReader) {
        let mut bytes = [0; 8192];
        loop {
            let read = reader.read(&mut bytes).unwrap_or(0);
            let mut words = self.lock();
            words.text.push_str(&String::from_utf8_lossy(&bytes[..read]));
            words.ended = read == 0;
            self.changed.notify_all();
            if words.ended {
                return;
            }
        }
    }
}
