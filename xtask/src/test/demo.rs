//! The house as a developer starts it: `vestibule dev`, on a free port, until the browsers are done.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Duration;

/// How long the house may take until it names its page.
const START: Duration = Duration::from_secs(30);

/// A running `vestibule dev`; ended when dropped.
pub struct Demo {
    process: Child,
    page: String,
    said: Receiver<String>,
}

/// Starts the binary and waits for the line that names the page.
pub fn open(gateway: &Path) -> Result<Demo, String> {
    let mut command = Command::new(gateway);
    command.args(["dev", "--port", &free_port()?.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process =
        command.spawn().map_err(|error| format!("`vestibule dev` cannot be started: {error}"))?;
    let (to_us, said) = mpsc::channel();
    listen(process.stdout.take(), to_us.clone());
    listen(process.stderr.take(), to_us);
    let mut demo = Demo { process, page: String::new(), said };
    let mut heard = Vec::new();
    while let Ok(line) = demo.said.recv_timeout(START) {
        if let Some(page) = page_in(&line) {
            demo.page = page.to_owned();
            return Ok(demo);
        }
        heard.push(line);
    }
    Err(format!("`vestibule dev` did not name its page; it said:\n{}", heard.join("\n")))
}

impl Demo {
    pub fn page(&self) -> &str {
        &self.page
    }

    /// A complaint, with what the house said meanwhile.
    pub fn explain(&self, complaint: &str) -> String {
        let said: Vec<String> = self.said.try_iter().collect();
        format!("{complaint}\nmeanwhile `vestibule dev` said:\n{}", said.join("\n"))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself, which is what is wanted.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Hands on each line, until the process ends: a full pipe would stop it.
fn listen(pipe: Option<impl Read + Send + 'static>, to_us: Sender<String>) {
    let Some(pipe) = pipe else { return };
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if to_us.send(line).is_err() {
                break;
            }
        }
    });
}

/// The address of the page in a line that names it.
fn page_in(line: &str) -> Option<&str> {
    let start = line.find("http://")?;
    let address = line[start..].split(|letter: char| letter.is_whitespace() || letter == '"').next()?;
    let end = address.find("/demo/")? + "/demo/".len();
    Some(&address[..end])
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no free port: {error}"))?;
    listener.local_addr().map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_found_in_the_line_that_names_it() {
        assert_eq!(
            page_in("  Demo room  http://127.0.0.1:8000/demo/  (open twice)"),
            Some("http://127.0.0.1:8000/demo/")
        );
        assert_eq!(page_in("see http://127.0.0.1:8000/demo/?user=a"), Some("http://127.0.0.1:8000/demo/"));
        assert_eq!(page_in("API http://127.0.0.1:8000/api"), None);
        assert_eq!(page_in("listening"), None);
    }

    #[test]
    fn a_house_that_ends_without_naming_a_page_is_a_failure() {
        let complaint = open(Path::new("/bin/echo")).err().unwrap();
        assert!(complaint.contains("dev --port"), "what it said is told: {complaint}");
    }
}
