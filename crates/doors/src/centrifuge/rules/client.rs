//! Intervals, limits and switches of connections.

use std::borrow::Cow;
use std::time::Duration;

use crate::pulse::Rhythm;

/// What holds for every connection. Field names are Centrifugo's.
#[derive(Clone, Debug)]
pub struct ClientRules {
    /// How often an idle connection is pinged; the first ping comes at random in the second half of the first
    /// interval. Announced in whole seconds. Zero: never.
    pub ping_interval: Duration,
    /// How long a ping may stay unanswered; shorter than the interval. `None`: nobody looks.
    pub pong_timeout: Option<Duration>,
    /// How long a connection may take to say who it is.
    pub stale_close_delay: Duration,
    /// How long a connection outlives its token, for the client to bring a new one.
    pub expired_close_delay: Duration,
    /// How long a subscription outlives its token.
    pub expired_sub_close_delay: Duration,
    /// How often presence is renewed, and subscriptions are looked after. Zero: never.
    pub presence_update_interval: Duration,
    /// How often a subscription's position is compared with the stream's; rounded up to whole presence intervals.
    pub channel_position_check_delay: Duration,
    /// How many channels one connection may be subscribed to. Zero: any number.
    pub channel_limit: u32,
    /// How many publications one history reply holds. Zero: any number.
    pub history_max_publication_limit: u32,
    /// How many publications one recovery brings; who missed more has not recovered. Zero: any number.
    pub recovery_max_publication_limit: u32,
    /// Tell clients the time in the connect reply.
    pub connect_include_server_time: bool,
    /// For development: every client may do everything, and nothing expires.
    pub insecure: bool,
    /// What the connect reply says this server is.
    pub server_version: Cow<'static, str>,
    /// The channel that each user's connections are subscribed to by the server.
    pub personal_channel: Option<PersonalChannel>,
    /// The RPC method that is answered with nothing, for clients that measure the way; `None`: no RPC at all.
    pub rpc_ping_method: Option<Box<str>>,
}

/// The channel that each user's connections are subscribed to by the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonalChannel {
    /// In this namespace; empty: in none.
    pub namespace: Box<str>,
    /// A user's new connection ends the older ones.
    pub single_connection: bool,
}

impl Default for ClientRules {
    fn default() -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            pong_timeout: Some(Duration::from_secs(8)),
            stale_close_delay: Duration::from_secs(10),
            expired_close_delay: Duration::from_secs(25),
            expired_sub_close_delay: Duration::from_secs(25),
            presence_update_interval: Duration::from_secs(27),
            channel_position_check_delay: Duration::from_secs(40),
            channel_limit: 128,
            history_max_publication_limit: 300,
            recovery_max_publication_limit: 300,
            connect_include_server_time: false,
            insecure: false,
            server_version: Cow::Borrowed(concat!(env!("CARGO_PKG_VERSION"), " Vestibule")),
            personal_channel: None,
            rpc_ping_method: None,
        }
    }
}

impl ClientRules {
    pub(crate) const fn rhythm(&self) -> Rhythm {
        Rhythm { interval: self.ping_interval, timeout: self.pong_timeout }
    }

    /// Whether a connection with so many channels may have another.
    pub fn has_room(&self, channels: usize) -> bool {
        unlimited_if_zero(self.channel_limit) > channels as u64
    }

    /// How many publications a history command gets that asks for `wanted` of them; a negative number asks for all.
    /// `None`: no bound.
    pub fn history_limit(&self, wanted: i32) -> Option<u32> {
        let max = self.history_max_publication_limit;
        match u32::try_from(wanted) {
            Ok(wanted) if max == 0 => Some(wanted),
            Ok(wanted) => Some(wanted.min(max)),
            Err(_) => (max > 0).then_some(max),
        }
    }

    /// How many publications a recovery brings at most.
    pub fn recovery_limit(&self) -> u32 {
        match self.recovery_max_publication_limit {
            0 => u32::MAX,
            limit => limit,
        }
    }
}

fn unlimited_if_zero(limit: u32) -> u64 {
    if limit == 0 { u64::MAX } else { u64::from(limit) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_command_gets_no_more_than_the_limit() {
        let rules = ClientRules::default();
        assert_eq!(rules.history_limit(0), Some(0));
        assert_eq!(rules.history_limit(7), Some(7));
        assert_eq!(rules.history_limit(301), Some(300));
        assert_eq!(rules.history_limit(-1), Some(300));
    }

    #[test]
    fn a_limit_of_zero_is_none() {
        let rules = ClientRules {
            channel_limit: 0,
            history_max_publication_limit: 0,
            recovery_max_publication_limit: 0,
            ..ClientRules::default()
        };
        assert!(rules.has_room(1_000_000));
        assert_eq!(rules.history_limit(-1), None);
        assert_eq!(rules.history_limit(1_000), Some(1_000));
        assert_eq!(rules.recovery_limit(), u32::MAX);
    }

    #[test]
    fn the_channel_limit_counts_the_last_one() {
        let rules = ClientRules { channel_limit: 2, ..ClientRules::default() };
        assert!(rules.has_room(1));
        assert!(!rules.has_room(2));
    }
}
