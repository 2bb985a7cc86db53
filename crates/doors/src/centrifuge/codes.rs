//! The numbers that Centrifuge clients act on.
//!
//! Three lists, all fixed by the protocol: what a command can be refused with ([`ErrorCode`]), how a subscription
//! can end ([`UnsubscribeCode`]) and how a connection can end ([`disconnect`]). Clients decide by the number alone
//! whether to try again.

use vestibule_model::Close;

use crate::contract::{Ending, Fault};

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorCode {
    /// The number.
    pub code: u32,
    /// What people read.
    pub message: &'static str,
    /// Whether the client should try the same again.
    pub temporary: bool,
}

impl ErrorCode {
    /// Something went wrong on this side.
    pub const INTERNAL: Self = Self::temporary(100, "internal server error");
    /// Not signed in.
    pub const UNAUTHORIZED: Self = Self::lasting(101, "unauthorized");
    /// The channel's namespace is not configured.
    pub const UNKNOWN_CHANNEL: Self = Self::lasting(102, "unknown channel");
    /// Not for this client.
    pub const PERMISSION_DENIED: Self = Self::lasting(103, "permission denied");
    /// No such RPC method.
    pub const METHOD_NOT_FOUND: Self = Self::lasting(104, "method not found");
    /// The client has that subscription.
    pub const ALREADY_SUBSCRIBED: Self = Self::lasting(105, "already subscribed");
    /// Too many channels.
    pub const LIMIT_EXCEEDED: Self = Self::lasting(106, "limit exceeded");
    /// The command is not well formed.
    pub const BAD_REQUEST: Self = Self::lasting(107, "bad request");
    /// The feature is off.
    pub const NOT_AVAILABLE: Self = Self::lasting(108, "not available");
    /// The token was good once: the client asks its application for another.
    pub const TOKEN_EXPIRED: Self = Self::lasting(109, "token expired");
    /// What the token allows has ended.
    pub const EXPIRED: Self = Self::lasting(110, "expired");
    /// Too much at once.
    pub const TOO_MANY_REQUESTS: Self = Self::temporary(111, "too many requests");
    /// The stream no longer reaches back to the client's position.
    pub const UNRECOVERABLE_POSITION: Self = Self::lasting(112, "unrecoverable position");
    /// Two pages of one map at once.
    pub const CONCURRENT_PAGINATION: Self = Self::temporary(113, "concurrent pagination");

    /// The whole list, in order.
    pub const ALL: [Self; 14] = [
        Self::INTERNAL,
        Self::UNAUTHORIZED,
        Self::UNKNOWN_CHANNEL,
        Self::PERMISSION_DENIED,
        Self::METHOD_NOT_FOUND,
        Self::ALREADY_SUBSCRIBED,
        Self::LIMIT_EXCEEDED,
        Self::BAD_REQUEST,
        Self::NOT_AVAILABLE,
        Self::TOKEN_EXPIRED,
        Self::EXPIRED,
        Self::TOO_MANY_REQUESTS,
        Self::UNRECOVERABLE_POSITION,
        Self::CONCURRENT_PAGINATION,
    ];

    const fn lasting(code: u32, message: &'static str) -> Self {
        Self { code, message, temporary: false }
    }

    const fn temporary(code: u32, message: &'static str) -> Self {
        Self { code, message, temporary: true }
    }
}

impl From<Fault> for ErrorCode {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unrecoverable => Self::UNRECOVERABLE_POSITION,
            Fault::Overloaded => Self::TOO_MANY_REQUESTS,
            Fault::Unavailable => Self::INTERNAL,
            Fault::NotSupported => Self::NOT_AVAILABLE,
        }
    }
}

/// Why the server ended a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsubscribeCode {
    /// The number.
    pub code: u32,
    /// What people read.
    pub reason: &'static str,
}

impl UnsubscribeCode {
    /// An operator or a backend wanted it.
    pub const SERVER: Self = Self::new(2000, "server unsubscribe");
    /// Publications were missed.
    pub const INSUFFICIENT_STATE: Self = Self::new(2500, "insufficient state");
    /// Its token ran out.
    pub const EXPIRED: Self = Self::new(2501, "subscription expired");
    /// What the client keeps of the channel is worth nothing any more.
    pub const STATE_INVALIDATED: Self = Self::new(2502, "state invalidated");

    /// The whole list, in order.
    pub const ALL: [Self; 4] =
        [Self::SERVER, Self::INSUFFICIENT_STATE, Self::EXPIRED, Self::STATE_INVALIDATED];

    /// Whether clients subscribe again by themselves.
    pub const fn resubscribes(self) -> bool {
        self.code >= 2500
    }

    const fn new(code: u32, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

/// Why the server ends a connection.
pub mod disconnect {
    use super::{Close, Ending};

    /// The node is going away.
    pub const SHUTDOWN: Close = Close::new(3001, "shutdown");
    /// Something went wrong on this side.
    pub const SERVER_ERROR: Close = Close::new(3004, "internal server error");
    /// The connection's token ran out.
    pub const EXPIRED: Close = Close::new(3005, "connection expired");
    /// The token of a subscription that the server made ran out.
    pub const SUBSCRIPTION_EXPIRED: Close = Close::new(3006, "subscription expired");
    /// The peer reads slower than it is sent to; nothing that waits for it is sent any more.
    pub const SLOW: Close = Close::abrupt(3008, "slow");
    /// The socket did not take a write in time; nor would it take what waits.
    pub const WRITE_ERROR: Close = Close::abrupt(3009, "write error");
    /// Publications of a subscription that the server made were missed, or its tokens changed.
    pub const INSUFFICIENT_STATE: Close = Close::new(3010, "insufficient state");
    /// An operator wants the client to connect anew.
    pub const FORCE_RECONNECT: Close = Close::new(3011, "force reconnect");
    /// A ping was not answered.
    pub const NO_PONG: Close = Close::new(3012, "no pong");
    /// Too much at once.
    pub const TOO_MANY_REQUESTS: Close = Close::new(3013, "too many requests");
    /// What the client keeps is worth nothing any more.
    pub const STATE_INVALIDATED: Close = Close::new(3014, "state invalidated");
    /// The token is not good, or is another's.
    pub const INVALID_TOKEN: Close = Close::new(3500, "invalid token");
    /// The peer does not speak the protocol.
    pub const BAD_REQUEST: Close = Close::new(3501, "bad request");
    /// The peer did not connect in time.
    pub const STALE: Close = Close::new(3502, "stale");
    /// An operator wants the client gone.
    pub const FORCE_NO_RECONNECT: Close = Close::new(3503, "force disconnect");
    /// The user has as many connections as he may have.
    pub const CONNECTION_LIMIT: Close = Close::new(3504, "connection limit");
    /// The server would have to subscribe the connection to too many channels.
    pub const CHANNEL_LIMIT: Close = Close::new(3505, "channel limit");
    /// The peer reads JSON and would have to be sent something else.
    pub const INAPPROPRIATE_PROTOCOL: Close = Close::new(3506, "inappropriate protocol");
    /// Not for this user.
    pub const PERMISSION_DENIED: Close = Close::new(3507, "permission denied");
    /// The feature is off.
    pub const NOT_AVAILABLE: Close = Close::new(3508, "not available");
    /// The client was refused too often.
    pub const TOO_MANY_ERRORS: Close = Close::new(3509, "too many errors");

    /// The whole list, in order. 3000 is not in it: it is never said.
    pub const ALL: [Close; 21] = [
        SHUTDOWN,
        SERVER_ERROR,
        EXPIRED,
        SUBSCRIPTION_EXPIRED,
        SLOW,
        WRITE_ERROR,
        INSUFFICIENT_STATE,
        FORCE_RECONNECT,
        NO_PONG,
        TOO_MANY_REQUESTS,
        STATE_INVALIDATED,
        INVALID_TOKEN,
        BAD_REQUEST,
        STALE,
        FORCE_NO_RECONNECT,
        CONNECTION_LIMIT,
        CHANNEL_LIMIT,
        INAPPROPRIATE_PROTOCOL,
        PERMISSION_DENIED,
        NOT_AVAILABLE,
        TOO_MANY_ERRORS,
    ];

    /// How this door says that the house ends a connection.
    pub const fn of(ending: Ending) -> Close {
        match ending {
            Ending::Bug => SERVER_ERROR,
            Ending::Slow => SLOW,
            Ending::Stuck => WRITE_ERROR,
            Ending::Overloaded => TOO_MANY_REQUESTS,
            Ending::Replaced => CONNECTION_LIMIT,
            Ending::Ordered => FORCE_NO_RECONNECT,
        }
    }

    /// Whether clients connect again after a close with this code.
    pub const fn reconnects(code: u16) -> bool {
        !matches!(code, 3500..=3999 | 4500..=4999)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_codes_count_up_from_100_and_only_three_invite_another_try() {
        for (index, error) in (100..).zip(ErrorCode::ALL) {
            assert_eq!(error.code, index);
        }
        let temporary: Vec<u32> = ErrorCode::ALL.iter().filter(|e| e.temporary).map(|e| e.code).collect();
        assert_eq!(temporary, [100, 111, 113]);
    }

    #[test]
    fn only_the_operators_own_unsubscribe_is_final() {
        let is_final: Vec<u32> =
            UnsubscribeCode::ALL.iter().filter(|c| !c.resubscribes()).map(|c| c.code).collect();
        assert_eq!(is_final, [2000]);
    }

    #[test]
    fn disconnect_codes_are_in_order_and_split_at_3500() {
        assert!(disconnect::ALL.windows(2).all(|pair| pair[0].code < pair[1].code));
        for close in disconnect::ALL {
            assert_eq!(disconnect::reconnects(close.code), close.code < 3500, "{}", close.code);
        }
    }

    #[test]
    fn an_applications_own_close_codes_split_at_4500() {
        assert!(disconnect::reconnects(4000) && disconnect::reconnects(4499) && disconnect::reconnects(5000));
        assert!(!disconnect::reconnects(4500) && !disconnect::reconnects(4999));
    }

    #[test]
    fn no_close_reason_could_be_read_as_json() {
        assert!(
            disconnect::ALL.iter().all(|c| serde_json::from_str::<serde_json::Value>(&c.reason).is_err())
        );
    }

    #[test]
    fn only_a_peer_that_does_not_read_is_not_waited_for() {
        let abrupt: Vec<u16> = disconnect::ALL.iter().filter(|c| !c.flush).map(|c| c.code).collect();
        assert_eq!(abrupt, [3008, 3009]);
    }
}
