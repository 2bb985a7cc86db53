//! What is allowed in the channels of one namespace.

use std::time::Duration;

use regex::Regex;
use vestibule_doors::centrifuge::rules::{ChannelRules, DataFormat, Permission};
use vestibule_doors::contract::RecoveryMode;

use crate::config::written::Notes;
use crate::config::written::choice::choice;
use crate::config::written::outline::join;
use crate::config::written::section::section;

choice! {
    /// What counts as recovered.
    pub enum RecoveryModeName {
        /// Every publication that was missed, which is the default.
        "" => Unset,
        /// Every publication that was missed.
        "stream" => Stream,
        /// The latest one.
        "cache" => Cache,
    }
}

choice! {
    /// What clients may publish.
    pub enum DataFormatName {
        /// What holds where nothing is said.
        "" => Unset,
        /// A JSON value.
        "json" => Json,
        /// A JSON object.
        "json_object" => JsonObject,
        /// Any bytes, even none.
        "binary" => Binary,
    }
}

section! {
    /// What is allowed in the channels of one namespace.
    pub struct ChannelOptions {
        /// Keep a list of who is subscribed.
        presence: bool = false,
        /// Tell of comings and goings.
        join_leave: bool = false,
        /// Tell every subscriber of them, not only who asks.
        force_push_join_leave: bool = false,
        /// How many publications are kept. 0: no history.
        history_size: u32 = 0,
        /// For how long each is kept, in whole seconds. 0s: no history.
        history_ttl: Duration = Duration::ZERO,
        /// For how long the position outlives the publications. 0s: as long as everywhere.
        history_meta_ttl: Duration = Duration::ZERO,
        /// Every subscription follows the stream, so that a gap is noticed.
        force_positioning: bool = false,
        /// A subscription that asks follows the stream.
        allow_positioning: bool = false,
        /// Every subscription can recover what it missed. Needs history.
        force_recovery: bool = false,
        /// A subscription that asks can recover what it missed.
        allow_recovery: bool = false,
        /// What recovery brings: "stream" (all that was missed) or "cache" (the latest publication).
        force_recovery_mode: RecoveryModeName = RecoveryModeName::Unset,
        /// Give the latest publication without being asked. Needs force_recovery and the mode "cache".
        auto_cache_recover: bool = false,
        /// The anonymous user may subscribe too, where clients may.
        allow_subscribe_for_anonymous: bool = false,
        /// Any client may subscribe without a subscription token.
        allow_subscribe_for_client: bool = false,
        /// The anonymous user may publish too, where others may.
        allow_publish_for_anonymous: bool = false,
        /// Subscribers may publish.
        allow_publish_for_subscriber: bool = false,
        /// Any client may publish.
        allow_publish_for_client: bool = false,
        /// The anonymous user may ask who is there too, where others may.
        allow_presence_for_anonymous: bool = false,
        /// Subscribers may ask who is there.
        allow_presence_for_subscriber: bool = false,
        /// Any client may ask who is there.
        allow_presence_for_client: bool = false,
        /// The anonymous user may read the history too, where others may.
        allow_history_for_anonymous: bool = false,
        /// Subscribers may read the history.
        allow_history_for_subscriber: bool = false,
        /// Any client may read the history.
        allow_history_for_client: bool = false,
        /// A list of users in the name, as in "team#1,2", limits the channel to them.
        allow_user_limited_channels: bool = false,
        /// What the name must match after the namespace; it may then be other than ASCII. Empty: anything.
        channel_regex: String = String::new(),
        /// What clients may publish: "json", "json_object" or "binary". Empty: anything but nothing.
        publication_data_format: DataFormatName = DataFormatName::Unset,
    }
}

/// What holds for a namespace that does not say otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Everywhere {
    /// For how long positions outlive publications.
    pub history_meta_ttl: Duration,
    /// What clients may publish.
    pub publication_data_format: DataFormatName,
}

impl ChannelOptions {
    /// What sessions go by. `at` is the path of these options.
    pub fn rules(&self, at: &str, everywhere: Everywhere, notes: &mut Notes) -> ChannelRules {
        let meta_ttl = or(self.history_meta_ttl, everywhere.history_meta_ttl);
        self.check_history(at, meta_ttl, notes);
        let permission = |client, subscriber, anonymous| Permission { client, subscriber, anonymous };
        ChannelRules {
            presence: self.presence,
            join_leave: self.join_leave,
            force_push_join_leave: self.force_push_join_leave,
            history_size: self.history_size,
            history_ttl: self.history_ttl,
            history_meta_ttl: meta_ttl,
            force_positioning: self.force_positioning,
            allow_positioning: self.allow_positioning,
            force_recovery: self.force_recovery,
            allow_recovery: self.allow_recovery,
            force_recovery_mode: match self.force_recovery_mode {
                RecoveryModeName::Unset | RecoveryModeName::Stream => RecoveryMode::Stream,
                RecoveryModeName::Cache => RecoveryMode::Cache,
            },
            auto_cache_recover: self.auto_cache_recover,
            allow_subscribe: permission(
                self.allow_subscribe_for_client,
                false,
                self.allow_subscribe_for_anonymous,
            ),
            allow_publish: permission(
                self.allow_publish_for_client,
                self.allow_publish_for_subscriber,
                self.allow_publish_for_anonymous,
            ),
            allow_presence: permission(
                self.allow_presence_for_client,
                self.allow_presence_for_subscriber,
                self.allow_presence_for_anonymous,
            ),
            allow_history: permission(
                self.allow_history_for_client,
                self.allow_history_for_subscriber,
                self.allow_history_for_anonymous,
            ),
            allow_user_limited_channels: self.allow_user_limited_channels,
            channel_regex: self.pattern(at, notes),
            publication_data_format: self.publication_data_format.or(everywhere.publication_data_format),
        }
    }

    fn check_history(&self, at: &str, meta_ttl: Duration, notes: &mut Notes) {
        let key = |name: &str| join(at, name);
        let whole_seconds = "must be in whole seconds";
        notes.check(self.history_ttl.subsec_nanos() == 0, &key("history_ttl"), whole_seconds);
        notes.check(self.history_meta_ttl.subsec_nanos() == 0, &key("history_meta_ttl"), whole_seconds);
        let (sized, timed) = (self.history_size > 0, !self.history_ttl.is_zero());
        notes.check(sized || !timed, &key("history_ttl"), "history needs history_size too");
        notes.check(timed || !sized, &key("history_size"), "history needs history_ttl too");
        let most = vestibule_broker::Limits::default().history_size;
        notes.check(self.history_size <= most, &key("history_size"), format!("at most {most}"));
        if self.history_ttl > meta_ttl {
            let fault = "must not be longer than history_meta_ttl: a position must outlive its publications";
            notes.complain(&key("history_ttl"), fault);
        }
        let history = sized && timed;
        let needs_history = "needs history_size and history_ttl";
        notes.check(history || !self.force_recovery, &key("force_recovery"), needs_history);
        let cache = self.force_recovery && self.force_recovery_mode == RecoveryModeName::Cache;
        let needs_cache = "needs force_recovery and force_recovery_mode \"cache\"";
        notes.check(cache || !self.auto_cache_recover, &key("auto_cache_recover"), needs_cache);
    }

    fn pattern(&self, at: &str, notes: &mut Notes) -> Option<Regex> {
        if self.channel_regex.is_empty() {
            return None;
        }
        let fault =
            |error| notes.complain(&join(at, "channel_regex"), format!("is no regular expression: {error}"));
        Regex::new(&self.channel_regex).map_err(fault).ok()
    }
}

impl DataFormatName {
    fn or(self, everywhere: Self) -> DataFormat {
        match (self, everywhere) {
            (Self::Json, _) | (Self::Unset, Self::Json) => DataFormat::Json,
            (Self::JsonObject, _) | (Self::Unset, Self::JsonObject) => DataFormat::JsonObject,
            (Self::Binary, _) | (Self::Unset, Self::Binary) => DataFormat::Binary,
            (Self::Unset, Self::Unset) => DataFormat::NotEmpty,
        }
    }
}

fn or(own: Duration, everywhere: Duration) -> Duration {
    if own.is_zero() { everywhere } else { own }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYWHERE: Everywhere = Everywhere {
        history_meta_ttl: Duration::from_secs(3_600),
        publication_data_format: DataFormatName::Unset,
    };

    fn complaints(options: ChannelOptions) -> Vec<String> {
        let mut notes = Notes::default();
        options.rules("c", EVERYWHERE, &mut notes);
        notes.complaints.iter().map(ToString::to_string).collect()
    }

    fn with_history(size: u32, ttl: Duration) -> ChannelOptions {
        ChannelOptions { history_size: size, history_ttl: ttl, ..ChannelOptions::default() }
    }

    #[test]
    fn nothing_said_is_nothing_wrong() {
        assert!(complaints(ChannelOptions::default()).is_empty());
        assert!(complaints(with_history(10, Duration::from_secs(60))).is_empty());
    }

    #[test]
    fn history_needs_a_size_and_a_time() {
        let minute = Duration::from_secs(60);
        assert_eq!(
            complaints(with_history(10, Duration::ZERO)),
            ["c.history_size: history needs history_ttl too"]
        );
        assert_eq!(complaints(with_history(0, minute)), ["c.history_ttl: history needs history_size too"]);
    }

    #[test]
    fn history_is_kept_for_whole_seconds() {
        let half = with_history(10, Duration::from_millis(1_500));
        assert_eq!(complaints(half), ["c.history_ttl: must be in whole seconds"]);
    }

    #[test]
    fn a_publication_must_not_outlive_its_position() {
        let long = with_history(10, Duration::from_secs(3_601));
        assert!(complaints(long.clone())[0].starts_with("c.history_ttl: must not be longer than"));
        let longer = ChannelOptions { history_meta_ttl: Duration::from_secs(7_200), ..long };
        assert!(complaints(longer).is_empty());
    }

    #[test]
    fn a_history_beyond_what_the_broker_keeps_is_refused() {
        let huge = with_history(100_001, Duration::from_secs(60));
        assert_eq!(complaints(huge), ["c.history_size: at most 100000"]);
    }

    #[test]
    fn recovery_needs_history() {
        let options = ChannelOptions { force_recovery: true, ..ChannelOptions::default() };
        assert_eq!(complaints(options), ["c.force_recovery: needs history_size and history_ttl"]);
    }

    #[test]
    fn the_cache_comes_by_itself_only_in_cache_mode() {
        let minute = Duration::from_secs(60);
        let options =
            ChannelOptions { force_recovery: true, auto_cache_recover: true, ..with_history(1, minute) };
        let needs = "c.auto_cache_recover: needs force_recovery and force_recovery_mode \"cache\"";
        assert_eq!(complaints(options.clone()), [needs]);
        let options = ChannelOptions { force_recovery_mode: RecoveryModeName::Cache, ..options };
        assert!(complaints(options).is_empty());
    }

    #[test]
    fn a_pattern_must_be_one() {
        let options = ChannelOptions { channel_regex: "(".into(), ..ChannelOptions::default() };
        assert!(complaints(options)[0].starts_with("c.channel_regex: is no regular expression: "));
    }

    #[test]
    fn what_a_namespace_does_not_say_holds_as_everywhere() {
        let everywhere = Everywhere { publication_data_format: DataFormatName::Json, ..EVERYWHERE };
        let rules = |options: ChannelOptions| options.rules("c", everywhere, &mut Notes::default());
        let silent = rules(ChannelOptions::default());
        assert_eq!(silent.publication_data_format, DataFormat::Json);
        assert_eq!(silent.history_meta_ttl, Duration::from_secs(3_600));
        let own =
            ChannelOptions { publication_data_format: DataFormatName::Binary, ..ChannelOptions::default() };
        assert_eq!(rules(own).publication_data_format, DataFormat::Binary);
    }
}
