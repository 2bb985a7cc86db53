//! Other programs, run in the open: their output goes where ours goes, and their failure is ours.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs a program to its end, without input. The error names the command and how it ended.
pub fn run(command: &mut Command) -> Result<(), String> {
    let line = line(command);
    println!("$ {line}");
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}` ended with {status}")),
        Err(error) => Err(format!("`{line}` cannot be started: {error}")),
    }
}

/// A program in a folder.
pub fn program(folder: &Path, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).args(arguments);
    command
}

/// Whether a command succeeds, its output unseen.
pub fn succeeds(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// What a program prints, or nothing when it cannot be run.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_named_with_how_it_ended() {
        let complaint = run(&mut program(Path::new("/"), "false", &["--really"])).unwrap_err();
        assert_eq!(complaint, "`false --really` ended with exit status: 1");
    }

    #[test]
    fn a_missing_program_is_a_failure() {
        let complaint = run(&mut program(Path::new("/"), "no-such-program", &[])).unwrap_err();
        assert!(complaint.starts_with("`no-such-program` cannot be started"), "{complaint}");
        assert!(!succeeds(&mut Command::new("no-such-program")));
        assert_eq!(output(&mut Command::new("no-such-program")), None);
    }
}
