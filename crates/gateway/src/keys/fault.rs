//! Why a fetch failed.

use std::error::Error;
use std::fmt;

use vestibule_auth::jwks::{DiscoveryFault, DocumentFault, KeyAddress, MAX_DOCUMENT_BYTES};

/// Causes of errors that are told, from the outside in; deeper ones repeat what was said.
const CAUSES: usize = 6;

/// What TLS complains about is only told in words, several errors deep. These are the words by which it is known.
const TLS: [&str; 5] = ["certificate", "tls", "handshake", "received fatal alert", "corrupt message"];

/// Words that mean something to the authors of the library alone, and what they come to for whoever has to mend it.
const PLAINLY: [(&str, &str); 3] = [
    ("CaUsedAsEndEntity", "the certificate there is an authority's own, and not a server's"),
    ("UnknownIssuer", "no authority that is believed vouches for the certificate there"),
    ("InvalidContentType", "whoever answers there does not speak TLS"),
];

/// A document that could not be had.
#[derive(Debug, PartialEq, Eq)]
pub struct Missed {
    /// Which one.
    pub paper: Paper,
    /// Where it was asked for, without the query, in which a key may stand.
    pub address: String,
    /// Why it could not be had.
    pub fault: FetchFault,
}

/// Documents of a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// The one that says where the keys are.
    Discovery,
    /// The one with the keys.
    Keys,
}

/// Why a fetch failed. Of what was answered it holds nothing but the issuer that a discovery document names.
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

impl Missed {
    /// That document, from there.
    pub fn new(paper: Paper, address: &KeyAddress, fault: FetchFault) -> Self {
        let address = address.as_str().split('?').next().unwrap_or_default().to_owned();
        Self { paper, address, fault }
    }
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
        if TLS.iter().any(|word| causes.to_ascii_lowercase().contains(word)) {
            let plain = PLAINLY.iter().find(|(word, _)| causes.contains(word));
            return Self::Tls(plain.map_or(causes, |(_, plain)| (*plain).to_owned()));
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

impl fmt::Display for Paper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Discovery => "discovery document",
            Self::Keys => "key document",
        })
    }
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
