//! Why a house could not be opened: what the operator has to mend.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use vestibule_auth::ConfigError;

use crate::keys::Unfetchable;
use crate::steward::records::NotOpened;

/// Why a house could not be opened.
#[derive(Debug)]
pub enum StartFailure {
    /// The address cannot be listened at.
    Listen(SocketAddr, io::Error),
    /// A realm makes no sense.
    Realms(Vec<ConfigError>),
    /// The keys of a realm cannot be fetched as it is configured.
    Keys(Unfetchable),
    /// An origin is not a pattern.
    Origins(globset::Error),
    /// What is kept cannot be reached.
    Records(NotOpened),
    /// The operating system gives no thread.
    Thread(io::Error),
}

impl fmt::Display for StartFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => write!(f, "cannot listen at {address}: {error}"),
            Self::Realms(errors) => {
                let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
                f.write_str(&errors.join("\n"))
            }
            Self::Keys(error) => error.fmt(f),
            Self::Origins(error) => write!(f, "allowed_origins: {error}"),
            Self::Records(error) => error.fmt(f),
            Self::Thread(error) => write!(f, "cannot start a thread: {error}"),
        }
    }
}

impl std::error::Error for StartFailure {}
