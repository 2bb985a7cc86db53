//! Why a connection ends.

use std::borrow::Cow;

/// A reason to end a connection, as the peer will read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The code, from the door's own list.
    pub code: u16,
    /// A short text for people; never a token or a message. At most 123 bytes reach the wire.
    pub reason: Cow<'static, str>,
    /// Whether what waits for the peer is still sent before the goodbye.
    pub flush: bool,
}

impl Close {
    /// A reason of the list, said after everything that waits has been sent.
    pub const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason), flush: true }
    }

    /// A reason for a peer that must not be waited for: what is queued for it is dropped.
    pub const fn abrupt(code: u16, reason: &'static str) -> Self {
        Self { code, reason: Cow::Borrowed(reason), flush: false }
    }
}
