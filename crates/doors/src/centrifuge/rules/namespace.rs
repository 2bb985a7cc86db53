//! What is allowed in a channel.

use std::collections::HashMap;
use std::time::Duration;

use regex::Regex;
use serde::de::IgnoredAny;
use vestibule_model::{Retention, UserId};

use crate::contract::RecoveryMode;

/// The rules by namespace.
#[derive(Clone, Debug, Default)]
pub struct Namespaces {
    /// Of channels whose name has no namespace.
    pub without: ChannelRules,
    /// Of the others, by the namespace's name.
    pub named: HashMap<Box<str>, ChannelRules>,
}

impl Namespaces {
    /// The rules of a namespace; the empty name is that of channels without one.
    pub fn get(&self, namespace: &str) -> Option<&ChannelRules> {
        if namespace.is_empty() { Some(&self.without) } else { self.named.get(namespace) }
    }

    /// Whether a namespace may have this name: at least two of letters, digits, `-`, `_` and `.`.
    pub fn is_valid_name(name: &str) -> bool {
        name.len() >= 2 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    }
}

/// What is allowed in the channels of one namespace. Field names are Centrifugo's, with each
/// `allow_…_for_client|subscriber|anonymous` gathered in one [`Permission`].
#[derive(Clone, Debug)]
pub struct ChannelRules {
    /// Keep a list of who is subscribed.
    pub presence: bool,
    /// Tell of comings and goings.
    pub join_leave: bool,
    /// Tell every subscriber of them, not only who asks.
    pub force_push_join_leave: bool,
    /// How many publications are kept. Zero: no history.
    pub history_size: u32,
    /// For how long each is kept. Zero: no history.
    pub history_ttl: Duration,
    /// For how long the position outlives the publications.
    pub history_meta_ttl: Duration,
    /// Every subscription follows the stream.
    pub force_positioning: bool,
    /// A subscription that asks follows the stream.
    pub allow_positioning: bool,
    /// Every subscription can recover what it missed.
    pub force_recovery: bool,
    /// A subscription that asks can recover what it missed.
    pub allow_recovery: bool,
    /// What counts as recovered.
    pub force_recovery_mode: RecoveryMode,
    /// In cache mode, give the latest publication without being asked.
    pub auto_cache_recover: bool,
    /// Who may subscribe without a token. `subscriber` means nothing here.
    pub allow_subscribe: Permission,
    /// Who may publish.
    pub allow_publish: Permission,
    /// Who may ask who is there.
    pub allow_presence: Permission,
    /// Who may read the history.
    pub allow_history: Permission,
    /// A list of users in the name limits the channel to them.
    pub allow_user_limited_channels: bool,
    /// What the name must match after the namespace; it may then be other than ASCII.
    pub channel_regex: Option<Regex>,
    /// What clients may publish.
    pub publication_data_format: DataFormat,
}

/// Who may do something in a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permission {
    /// Every client.
    pub client: bool,
    /// Clients that are subscribed to the channel.
    pub subscriber: bool,
    /// The anonymous user too, where one of the others holds.
    pub anonymous: bool,
}

/// What clients may publish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataFormat {
    /// Anything but nothing.
    #[default]
    NotEmpty,
    /// A JSON value.
    Json,
    /// A JSON object.
    JsonObject,
    /// Any bytes, even none.
    Binary,
}

impl Default for ChannelRules {
    fn default() -> Self {
        Self {
            presence: false,
            join_leave: false,
            force_push_join_leave: false,
            history_size: 0,
            history_ttl: Duration::ZERO,
            history_meta_ttl: Duration::from_secs(720 * 3600),
            force_positioning: false,
            allow_positioning: false,
            force_recovery: false,
            allow_recovery: false,
            force_recovery_mode: RecoveryMode::Stream,
            auto_cache_recover: false,
            allow_subscribe: Permission::default(),
            allow_publish: Permission::default(),
            allow_presence: Permission::default(),
            allow_history: Permission::default(),
            allow_user_limited_channels: false,
            channel_regex: None,
            publication_data_format: DataFormat::default(),
        }
    }
}

impl ChannelRules {
    /// How much of the past is kept; `None`: nothing.
    pub fn retention(&self) -> Option<Retention> {
        (self.history_size > 0 && !self.history_ttl.is_zero()).then_some(Retention {
            size: self.history_size,
            ttl: self.history_ttl,
            meta_ttl: self.history_meta_ttl,
        })
    }

    /// Whether a channel of this namespace may have the name, of which `rest` follows the namespace.
    pub(super) fn allows_name(&self, name: &str, rest: &str) -> bool {
        match &self.channel_regex {
            Some(pattern) => pattern.is_match(rest),
            None => name.is_ascii(),
        }
    }
}

impl Permission {
    /// Whether this user has it.
    pub fn is_given(self, user: &UserId, subscribed: bool) -> bool {
        (self.client || (self.subscriber && subscribed)) && (self.anonymous || !user.is_anonymous())
    }
}

impl DataFormat {
    /// Whether a client may publish this.
    pub fn takes(self, data: &[u8]) -> bool {
        match self {
            Self::NotEmpty => !data.is_empty(),
            Self::Json => is_json(data),
            Self::JsonObject => data.trim_ascii_start().starts_with(b"{") && is_json(data),
            Self::Binary => true,
        }
    }
}

fn is_json(data: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(data).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn history_needs_a_size_and_a_time() {
        let minute = Duration::from_secs(60);
        let rules =
            |history_size, history_ttl| ChannelRules { history_size, history_ttl, ..Default::default() };
        assert!(rules(0, minute).retention().is_none());
        assert!(rules(5, Duration::ZERO).retention().is_none());
        assert_eq!(rules(5, minute).retention().map(|r| (r.size, r.ttl)), Some((5, minute)));
    }

    #[test]
    fn a_permission_for_subscribers_needs_the_subscription() {
        let user = UserId::new("42");
        let permission = Permission { subscriber: true, ..Permission::default() };
        assert!(permission.is_given(&user, true));
        assert!(!permission.is_given(&user, false));
    }

    #[test]
    fn the_anonymous_user_needs_his_own_permission_on_top() {
        let nobody = UserId::anonymous();
        let clients = Permission { client: true, ..Permission::default() };
        assert!(!clients.is_given(&nobody, true));
        assert!(Permission { anonymous: true, ..clients }.is_given(&nobody, false));
        assert!(!Permission { anonymous: true, ..Permission::default() }.is_given(&nobody, true));
    }

    #[test]
    fn by_default_a_client_may_publish_anything_but_nothing() {
        assert!(!DataFormat::NotEmpty.takes(b""));
        assert!(DataFormat::NotEmpty.takes(b"\xff") && DataFormat::NotEmpty.takes(b"null"));
        assert!(DataFormat::Binary.takes(b""));
    }

    #[test]
    fn the_json_formats_look_inside() {
        assert!(
            DataFormat::Json.takes(b"[1]") && !DataFormat::Json.takes(b"[1") && !DataFormat::Json.takes(b"")
        );
        assert!(DataFormat::JsonObject.takes(b" {\"a\":1}"));
        assert!(!DataFormat::JsonObject.takes(b"[1]") && !DataFormat::JsonObject.takes(b"{"));
    }

    #[test]
    fn a_namespace_has_a_name_of_at_least_two_plain_characters() {
        assert!(Namespaces::is_valid_name("a-_.9"));
        assert!(!Namespaces::is_valid_name("a") && !Namespaces::is_valid_name("a b"));
    }
}
