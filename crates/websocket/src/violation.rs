//! What a peer can do wrong, each with the close code that it earns.

use crate::close;

/// A broken rule of the protocol. It is the last event of its connection: answer with a close frame that carries
/// [`code`](Self::code) and an empty reason, then end the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Violation {
    /// A reserved bit is set, and no extension was negotiated.
    ReservedBits,
    /// An opcode that RFC 6455 keeps for later.
    ReservedOpcode,
    /// A control frame that says it will be continued.
    FragmentedControl,
    /// A control frame of more than 125 bytes.
    LongControl,
    /// A client's frame without a mask.
    Unmasked,
    /// A server's frame with a mask.
    Masked,
    /// A length written in more bytes than it needs, or with its highest bit set.
    LengthEncoding,
    /// A continuation while no message is open.
    NothingToContinue,
    /// A new message before the last one ended.
    MessageNotEnded,
    /// A close frame of one byte, which is half a code.
    ShortClose,
    /// A close code that nobody may send.
    CloseCode,
    /// Bytes that are not UTF-8 in a text message.
    TextNotUtf8,
    /// Bytes that are not UTF-8 in the reason of a close frame.
    ReasonNotUtf8,
    /// A message longer than the limit.
    TooBig,
}

impl Violation {
    /// The close code: 1002, 1007 or 1009.
    pub fn code(self) -> u16 {
        match self {
            Self::TextNotUtf8 | Self::ReasonNotUtf8 => close::INVALID_PAYLOAD,
            Self::TooBig => close::MESSAGE_TOO_BIG,
            Self::ReservedBits
            | Self::ReservedOpcode
            | Self::FragmentedControl
            | Self::LongControl
            | Self::Unmasked
            | Self::Masked
            | Self::LengthEncoding
            | Self::NothingToContinue
            | Self::MessageNotEnded
            | Self::ShortClose
            | Self::CloseCode => close::PROTOCOL_ERROR,
        }
    }

    /// A few fixed words for a log line or a metric's label; nothing of what the peer sent.
    pub fn reason(self) -> &'static str {
        match self {
            Self::ReservedBits => "reserved bits set",
            Self::ReservedOpcode => "reserved opcode",
            Self::FragmentedControl => "fragmented control frame",
            Self::LongControl => "control frame too long",
            Self::Unmasked => "client frame not masked",
            Self::Masked => "server frame masked",
            Self::LengthEncoding => "length not minimally encoded",
            Self::NothingToContinue => "continuation of nothing",
            Self::MessageNotEnded => "new message inside a message",
            Self::ShortClose => "close frame of one byte",
            Self::CloseCode => "invalid close code",
            Self::TextNotUtf8 => "text not UTF-8",
            Self::ReasonNotUtf8 => "close reason not UTF-8",
            Self::TooBig => "message too big",
        }
    }
}
