//! What a decoder hands out.

use crate::frame::Opcode;
use crate::{Violation, close};

/// A message, a control frame, or the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'i> {
    /// A whole text message; the bytes are valid UTF-8.
    Text(&'i [u8]),
    /// A whole binary message.
    Binary(&'i [u8]),
    /// A ping of at most 125 bytes, to be answered with [`encode::pong`](crate::encode::pong) of the same bytes.
    Ping(&'i [u8]),
    /// A pong of at most 125 bytes, asked for or not.
    Pong(&'i [u8]),
    /// The peer's goodbye, to be answered with a close frame of the same code. The last event.
    Close {
        /// A code that may be sent, or nothing.
        code: Option<u16>,
        /// At most 123 bytes, of the peer's choosing: never to be logged.
        reason: &'i str,
    },
    /// A broken rule. The last event.
    Violation(Violation),
}

impl<'i> Event<'i> {
    /// The event of a whole payload; that of a text was checked before.
    pub(super) fn new(opcode: Opcode, payload: &'i [u8]) -> Self {
        match opcode {
            Opcode::Text => Self::Text(payload),
            Opcode::Binary => Self::Binary(payload),
            Opcode::Ping => Self::Ping(payload),
            Opcode::Pong => Self::Pong(payload),
            Opcode::Close => Self::close(payload).unwrap_or_else(Self::Violation),
            // A message goes by the opcode of its first frame, and that one has nothing to continue.
            Opcode::Continuation => Self::Violation(Violation::NothingToContinue),
        }
    }

    fn close(payload: &'i [u8]) -> Result<Self, Violation> {
        let (code, reason) = match payload.split_first_chunk::<2>() {
            Some((code, reason)) => (u16::from_be_bytes(*code), reason),
            None if payload.is_empty() => return Ok(Self::Close { code: None, reason: "" }),
            None => return Err(Violation::ShortClose),
        };
        if !close::may_be_sent(code) {
            return Err(Violation::CloseCode);
        }
        let reason = std::str::from_utf8(reason).map_err(|_| Violation::ReasonNotUtf8)?;
        Ok(Self::Close { code: Some(code), reason })
    }

    pub(super) fn is_last(&self) -> bool {
        matches!(self, Self::Close { .. } | Self::Violation(_))
    }
}
