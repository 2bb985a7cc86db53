//! Intervals, limits and switches of connections.

use std::time::Duration;

use vestibule_doors::centrifuge::rules::{ClientRules, PersonalChannel};

use crate::config::written::Notes;
use crate::config::written::outline::join;
use crate::config::written::section::section;

section! {
    /// Intervals, limits and switches of connections.
    pub struct ClientOptions {
        /// Origins of web pages that may connect, with * for anything, such as "https://*.example.com".
        allowed_origins: Vec<String> = Vec::new(),
        /// Let in whoever brings no token, as the anonymous user.
        allow_anonymous_connect_without_token: bool = false,
        /// Refuse connection tokens that name no user.
        disallow_anonymous_connection_tokens: bool = false,
        /// How often an idle connection is pinged. 0s: never.
        ping_interval: Duration = Duration::from_secs(25),
        /// How long a ping may stay unanswered; shorter than the interval. 0s: nobody looks.
        pong_timeout: Duration = Duration::from_secs(8),
        /// How long a connection may take to say who it is.
        stale_close_delay: Duration = Duration::from_secs(10),
        /// How long a connection outlives its token, for the client to bring a new one.
        expired_close_delay: Duration = Duration::from_secs(25),
        /// How long a subscription outlives its token.
        expired_sub_close_delay: Duration = Duration::from_secs(25),
        /// How often presence is renewed. 0s: never.
        presence_update_interval: Duration = Duration::from_secs(27),
        /// How often the position of a subscription is compared with that of its channel.
        channel_position_check_delay: Duration = Duration::from_secs(40),
        /// How many channels a connection may be subscribed to. 0: any number.
        channel_limit: u32 = 128,
        /// How many publications a history reply holds. 0: any number.
        history_max_publication_limit: u32 = 300,
        /// How many publications a recovery brings; who missed more has not recovered. 0: any number.
        recovery_max_publication_limit: u32 = 300,
        /// Tell clients the time when they connect.
        connect_include_server_time: bool = false,
        /// FOR DEVELOPMENT ONLY: everybody may connect and do everything, and nothing expires.
        insecure: bool = false,
        /// A channel of each user's own, to which the server subscribes the user's connections.
        subscribe_to_user_personal_channel: PersonalOptions = PersonalOptions::default(),
    }
}

section! {
    /// A channel of each user's own.
    pub struct PersonalOptions {
        /// Whether there is one.
        enabled: bool = false,
        /// The namespace that it is in; empty: none.
        personal_channel_namespace: String = String::new(),
        /// A user's new connection ends the older ones. The channel needs presence.
        single_connection: bool = false,
    }
}

impl ClientOptions {
    /// What sessions go by. `at` is the path of these options.
    pub fn rules(&self, at: &str, rpc_ping: Option<&str>, notes: &mut Notes) -> ClientRules {
        let pong_in_time = self.ping_interval.is_zero() || self.pong_timeout < self.ping_interval;
        notes.check(pong_in_time, &join(at, "pong_timeout"), "must be shorter than ping_interval");
        notes.positive(self.stale_close_delay, &join(at, "stale_close_delay"));
        let personal = &self.subscribe_to_user_personal_channel;
        ClientRules {
            ping_interval: self.ping_interval,
            pong_timeout: (!self.pong_timeout.is_zero()).then_some(self.pong_timeout),
            stale_close_delay: self.stale_close_delay,
            expired_close_delay: self.expired_close_delay,
            expired_sub_close_delay: self.expired_sub_close_delay,
            presence_update_interval: self.presence_update_interval,
            channel_position_check_delay: self.channel_position_check_delay,
            channel_limit: self.channel_limit,
            history_max_publication_limit: self.history_max_publication_limit,
            recovery_max_publication_limit: self.recovery_max_publication_limit,
            connect_include_server_time: self.connect_include_server_time,
            insecure: self.insecure,
            personal_channel: personal.enabled.then(|| PersonalChannel {
                namespace: personal.personal_channel_namespace.as_str().into(),
                single_connection: personal.single_connection,
            }),
            rpc_ping_method: rpc_ping.map(Into::into),
            ..ClientRules::default()
        }
    }
}
