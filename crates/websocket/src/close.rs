//! Close codes, and the state of the closing handshake.

/// The purpose is fulfilled.
pub const NORMAL: u16 = 1000;
/// The server shuts down, or the page is left.
pub const GOING_AWAY: u16 = 1001;
/// A rule of the protocol was broken.
pub const PROTOCOL_ERROR: u16 = 1002;
/// A payload that does not fit its type, such as text that is not UTF-8.
pub const INVALID_PAYLOAD: u16 = 1007;
/// A rule of the house was broken.
pub const POLICY: u16 = 1008;
/// A message longer than the limit.
pub const MESSAGE_TOO_BIG: u16 = 1009;
/// Something unforeseen on the server's side.
pub const INTERNAL: u16 = 1011;

/// The longest reason that fits in a close frame, in bytes.
pub const MAX_REASON: usize = 123;

/// Whether a close frame may carry this code.
///
/// 1004, 1005, 1006 and 1015 are reserved for what is never written on the wire; 1012 to 1014 were registered after
/// the RFC. 3000 to 3999 belong to libraries, 4000 to 4999 to applications.
pub fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

/// Who has said goodbye. Each side says it once, and sends nothing afterwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CloseHandshake {
    /// Nobody yet.
    #[default]
    Open,
    /// We have; the peer's frame is still to come, and what it sent before that is not answered.
    SentByUs,
    /// The peer has, and waits for our answer.
    SentByPeer,
    /// Both: the server may end the TCP connection.
    Complete,
}

impl CloseHandshake {
    /// Notes that we want to close. `true`: send the close frame now; `false`: it has been sent before.
    #[must_use]
    pub fn send(&mut self) -> bool {
        let (next, first) = match self {
            Self::Open => (Self::SentByUs, true),
            Self::SentByPeer => (Self::Complete, true),
            Self::SentByUs => (Self::SentByUs, false),
            Self::Complete => (Self::Complete, false),
        };
        *self = next;
        first
    }

    /// Notes the peer's close frame. `true`: it wants an answer, to be noted with [`send`](Self::send).
    #[must_use]
    pub fn receive(&mut self) -> bool {
        let (next, unanswered) = match self {
            Self::Open | Self::SentByPeer => (Self::SentByPeer, true),
            Self::SentByUs | Self::Complete => (Self::Complete, false),
        };
        *self = next;
        unanswered
    }

    /// Whether messages and pings may still be sent: not after our own close frame.
    pub fn may_send(self) -> bool {
        matches!(self, Self::Open | Self::SentByPeer)
    }

    /// Whether both sides have said goodbye.
    pub fn is_complete(self) -> bool {
        self == Self::Complete
    }
}

#[cfg(test)]
mod tests {
    use super::{CloseHandshake, may_be_sent};

    #[test]
    fn codes_that_nobody_may_send_are_known() {
        for code in
            [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
        {
            assert!(may_be_sent(code), "{code}");
        }
        for code in [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535] {
            assert!(!may_be_sent(code), "{code}");
        }
    }

    #[test]
    fn a_close_of_ours_is_complete_with_the_peers_answer() {
        let mut state = CloseHandshake::default();
        assert!(state.may_send());
        assert!(state.send());
        assert!(!state.may_send(), "nothing is sent after our close");
        assert!(!state.is_complete());
        assert!(!state.receive(), "the answer is not answered");
        assert!(state.is_complete());
    }

    #[test]
    fn a_close_of_the_peers_is_complete_with_our_answer() {
        let mut state = CloseHandshake::default();
        assert!(state.receive());
        assert!(state.may_send(), "what is queued may still leave before our answer");
        assert!(state.send());
        assert!(state.is_complete());
        assert!(!state.may_send());
    }

    #[test]
    fn a_close_frame_is_sent_once_whoever_asks_for_it() {
        let mut state = CloseHandshake::default();
        assert!(state.send());
        assert!(!state.send());
        assert!(!state.receive());
        assert!(!state.send());
        assert!(state.is_complete());
    }
}
