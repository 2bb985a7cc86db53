//! Why a fetch failed.

use std::error::Error;
use std::fmt;

use vestibule_auth::jwks::{DiscoveryFault, DocumentFault, MAX_DOCUMENT_BYTES};

/// Causes of errors that are told, from the outside in; deeper ones repeat what was said.
const CAUSES: usize = 6;

/// Why a fetch failed. It never holds a part of what was answered.
#[derive(Debug, PartialEq, Eq)]
pub enum FetchFault {
    /// There is no connection, or it broke.
    Connection(String),
    /// It took too long.
    Timeout,
    /// Whoever answers is not who should.
    Tls(String),
    /// An answer other than 200.
    Status(u16),
    /// An answer that leads elsewhere, which is not followed.
    Redirect(u16),
    /// More than is read.
    TooLong,
    /// The discovery document is not good.
    Discovery(DiscoveryFault),
    /// The key document is not good.
    Document(DocumentFault),
    /// The fetch itself ran into a bug.
    Bug,
}

impl FetchFault {
    /// The word for the metric.
    pub const fn result(&self) -> &'static str {
        match self {
            Self::Connection(_) | Self::Bug => "connection",
            Self::Timeout => "timeout",
            Self::Tls(_) => "tls",
            Self::Status(_) => "status",
            Self::Redirect(_) => "redirect",
            Self::TooLong => "size",
            Self::Discovery(_) | Self::Document(_) => "document",
        }
    }
}

impl From<reqwest::Error> for FetchFault {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let causes = causes(&error.without_url());
        // What TLS complains about is only told in words, several errors deep.
        let tls = ["certificate", "tls", "handshake", "received fatal alert"];
        if tls.iter().any(|word| causes.to_ascii_lowercase().contains(word)) {
            return Self::Tls(causes);
        }
        Self::Connection(causes)
    }
}

/// The whole story in one line, each sentence once.
pub fn causes(error: &dyn Error) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| told.len() < CAUSES) {
        let sentence = error.to_string();
        if !told.contains(&sentence) {
            told.push(sentence);
        }
        next = error.source();
    }
    told.join(": ")
}

impl fmt::Display for FetchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(why) => write!(f, "no connection: {why}"),
            Self::Timeout => f.write_str("no answer in time"),
            Self::Tls(why) => write!(f, "no trusted connection: {why}"),
            Self::Status(status) => write!(f, "answered with status {status}"),
            Self::Redirect(status) => write!(f, "answered with status {status}; redirects are not followed"),
            Self::TooLong => write!(f, "the answer is longer than {MAX_DOCUMENT_BYTES} bytes"),
            Self::Discovery(fault) => fault.fmt(f),
            Self::Document(fault) => fault.fmt(f),
            Self::Bug => f.write_str("a bug in this program"),
        }
    }
}

impl Error for FetchFault {}
