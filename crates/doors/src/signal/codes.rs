//! How connections end. Old clients come back after any of these, and read neither code nor reason.

use vestibule_model::Close;

use crate::contract::Ending;

/// A socket without a token names no room.
pub const MISSING_ROOM: Close = Close::new(4001, "Missing room");
/// A peer needs a token of its room.
pub const NO_ROOM_TOKEN: Close = Close::new(4001, "Normal Client requires a room token");
/// It did not say in time what it is.
pub const STALE: Close = Close::new(4002, "registration timeout");
/// The token is not good, or not any more.
pub const INVALID_TOKEN: Close = Close::new(4003, "Invalid or expired token");
/// The token is for another room.
pub const OTHER_ROOM: Close = Close::new(4003, "Room does not match token subject");
/// The token is for another id.
pub const OTHER_ID: Close = Close::new(4003, "nodeId does not match token");
/// The consumer's token is for other rooms.
pub const OTHER_CONSUMERS_ROOM: Close = Close::new(4003, "Room does not match consumer token");
/// No realm vouches for consumers here.
pub const NO_CONSUMERS: Close = Close::new(4003, "consumer auth not configured");
/// A consumer brought no token.
pub const NO_CONSUMER_TOKEN: Close = Close::new(4003, "missing consumer token");
/// The consumer's token is not good.
pub const BAD_CONSUMER_TOKEN: Close = Close::new(4003, "invalid consumer token");
/// Somebody who has proven more holds the id.
pub const ID_TAKEN: Close = Close::new(4409, "nodeId already in use");
/// A newer connection took the id.
pub const REPLACED: Close = Close::new(1000, "replaced by new connection");
/// It cannot be told now whether the token is good, or there is no room: come back later.
pub const TRY_AGAIN: Close = Close::new(1013, "try again later");
/// The room is full.
pub const ROOM_FULL: Close = Close::new(1013, "room is full");
/// An id or a name of a room is longer than it may be.
pub const TOO_LONG: Close = Close::new(1008, "nodeId or room is too long");
/// Message after message was no message.
pub const BAD_REQUEST: Close = Close::new(1008, "too many malformed messages");
/// The user has as many connections as he may have.
pub const CONNECTION_LIMIT: Close = Close::new(1008, "connection limit");
/// The node goes away, and another one is there.
pub const SHUTDOWN: Close = Close::new(1012, "service restart");
/// The peer answers no ping: its socket is dead.
pub const NO_PONG: Close = Close::new(1001, "no answer to a ping");
/// Something went wrong on this side.
pub const SERVER_ERROR: Close = Close::new(1011, "internal server error");
/// The peer reads slower than it is sent to; nothing that waits for it is sent any more.
pub const SLOW: Close = Close::abrupt(1013, "slow");
/// The socket did not take a write in time; nor would it take what waits.
pub const WRITE_ERROR: Close = Close::abrupt(1013, "write error");
/// An operator or a backend wants the client gone.
pub const FORCE_NO_RECONNECT: Close = Close::new(1008, "force disconnect");

/// The whole list.
pub const ALL: [Close; 23] = [
    MISSING_ROOM,
    NO_ROOM_TOKEN,
    STALE,
    INVALID_TOKEN,
    OTHER_ROOM,
    OTHER_ID,
    OTHER_CONSUMERS_ROOM,
    NO_CONSUMERS,
    NO_CONSUMER_TOKEN,
    BAD_CONSUMER_TOKEN,
    ID_TAKEN,
    REPLACED,
    TRY_AGAIN,
    ROOM_FULL,
    TOO_LONG,
    BAD_REQUEST,
    CONNECTION_LIMIT,
    SHUTDOWN,
    NO_PONG,
    SERVER_ERROR,
    SLOW,
    WRITE_ERROR,
    FORCE_NO_RECONNECT,
];

/// How this door says that the house ends a connection.
pub const fn of(ending: Ending) -> Close {
    match ending {
        Ending::Bug => SERVER_ERROR,
        Ending::Slow => SLOW,
        Ending::Stuck => WRITE_ERROR,
        Ending::Overloaded => TRY_AGAIN,
        Ending::Replaced => CONNECTION_LIMIT,
        Ending::Ordered => FORCE_NO_RECONNECT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_every_code_and_no_other() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/signal.md");
        let text = std::fs::read_to_string(path).unwrap();
        let codes = text.lines().filter_map(|line| line.strip_prefix("| ")?.get(..4)?.parse().ok());
        let mut documented: Vec<u16> = codes.collect();
        // A message that is too big: the transport's, at every door.
        let mut said: Vec<u16> = ALL.iter().map(|close| close.code).chain([1009]).collect();
        documented.sort_unstable();
        said.sort_unstable();
        said.dedup();
        assert_eq!(documented, said);
    }
}
