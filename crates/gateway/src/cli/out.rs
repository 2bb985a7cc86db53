//! What verbs say and how they end. The standard output may be a full disk or a pipe whose reader has gone: that is a
//! failure with an exit code, and never a panic.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use super::{FAILED, WRONG};

/// Why a verb came to nothing.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    code: u8,
    /// What is said; `None`: nobody would read it.
    why: Option<String>,
}

/// What a verb comes to.
pub type Done<T> = Result<T, Failure>;

impl Failure {
    /// Something cannot be written or reached, and the command line is not to blame.
    pub fn failed(why: impl Display) -> Self {
        Self { code: FAILED, why: Some(why.to_string()) }
    }

    /// Says why, and gives the exit code.
    pub fn tell(self) -> u8 {
        if let Some(why) = self.why {
            complain(why);
        }
        self.code
    }
}

/// The command line or the configuration is wrong.
impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self { code: WRONG, why: Some(why) }
    }
}

/// The same.
impl From<&str> for Failure {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

/// Writes a text to the standard output as it is.
///
/// # Errors
/// When not all of it could be written.
pub fn put(text: impl Display) -> Done<()> {
    let mut output = io::stdout().lock();
    write!(output, "{text}").and_then(|()| output.flush()).map_err(unwritten)
}

/// The same with a line feed.
///
/// # Errors
/// When not all of it could be written.
pub fn say(text: impl Display) -> Done<()> {
    put(format_args!("{text}\n"))
}

/// Whoever closed a pipe knows that it is closed, and hears no more of it.
fn unwritten(error: io::Error) -> Failure {
    let is_known = error.kind() == ErrorKind::BrokenPipe;
    let why = (!is_known).then(|| format!("cannot write to the standard output: {error}"));
    Failure { code: FAILED, why }
}

/// Says what is wrong, line by line, on the standard error.
pub fn complain(text: impl Display) {
    note("error: ", text);
}

/// Says what is legal but should be known.
pub fn warn(text: impl Display) {
    note("warning: ", text);
}

/// Lines on the standard error. Where even that cannot be written to, the exit code alone tells.
pub fn note(mark: &str, text: impl Display) {
    let mut output = io::stderr().lock();
    for line in text.to_string().lines() {
        let _unheard = writeln!(output, "{mark}{line}");
    }
}
