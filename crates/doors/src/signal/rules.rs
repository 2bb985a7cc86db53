//! What the operator configured.

use std::num::NonZeroU32;
use std::time::Duration;

use vestibule_model::UserId;

use super::room;
use crate::pulse::Rhythm;

/// What sessions go by.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Peers show a token of their room. Otherwise everybody is let in: FOR DEVELOPMENT ONLY.
    pub authenticates: bool,
    /// Some realm vouches for consumers.
    pub takes_consumers: bool,
    /// The room of a token whose bearer names none.
    pub roomless: Roomless,
    /// After so long an authenticated socket that is silent counts as a peer; `None`: it is closed at the timeout.
    pub register_grace: Option<Duration>,
    /// How long a socket may take to say what it is.
    pub stale_close_delay: Duration,
    /// So long after its token's end a connection is closed; `None`: it stays, since old clients can get no other token.
    pub expired_close_delay: Option<Duration>,
    /// How often sockets are pinged.
    pub ping_interval: Duration,
    /// How long an answer to a ping may take.
    pub pong_timeout: Duration,
    /// Messages that a socket may send in a second, on the average; `None`: any number. One that sends more waits at its
    /// own end.
    pub messages_per_second: Option<NonZeroU32>,
    /// Messages without a meaning after which a socket is closed.
    pub malformed_messages: u32,
    /// The bounds of rooms.
    pub room: room::Limits,
}

/// The room of a token whose bearer names none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Roomless {
    /// One room of the organisation, [`Rules::SHARED_ROOM`]; the subject is a label.
    #[default]
    Shared,
    /// The one that the token's subject names.
    Subject,
}

impl Rules {
    /// The room that is shared by all who name none.
    pub const SHARED_ROOM: &str = "default";
    /// The longest id and name of a room, in bytes: a room has the name of a token's subject.
    pub const LONGEST_NAME: usize = UserId::LONGEST;
    /// So many seconds of messages may come at once.
    pub const BURST: u64 = 5;

    pub(crate) const fn rhythm(&self) -> Rhythm {
        Rhythm { interval: self.ping_interval, timeout: Some(self.pong_timeout) }
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            authenticates: true,
            takes_consumers: false,
            roomless: Roomless::default(),
            register_grace: Some(Duration::from_millis(500)),
            stale_close_delay: Duration::from_secs(10),
            expired_close_delay: None,
            ping_interval: Duration::from_secs(25),
            pong_timeout: Duration::from_secs(10),
            messages_per_second: NonZeroU32::new(200),
            malformed_messages: 100,
            room: room::Limits::default(),
        }
    }
}
