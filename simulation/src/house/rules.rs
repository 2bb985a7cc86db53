//! What is allowed in the channels of the simulated house.

use std::time::Duration;

use vestibule_doors::centrifuge::rules::{ChannelRules, ClientRules, Namespaces, Permission, Rules};
use vestibule_model::Retention;

use crate::dice::Dice;

/// What a channel is for; its namespace has the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Clients subscribe and recover what they missed.
    Kept,
    /// Clients take what comes.
    Fleeting,
    /// The token subscribes its bearer; what was missed is recovered.
    Token,
    /// The backend subscribes connections now and then.
    Ordered,
}

impl Kind {
    /// The kind of the channel of that name.
    pub fn of(channel: &str) -> Self {
        match channel.split(':').next() {
            Some("kept") => Self::Kept,
            Some("fleeting") => Self::Fleeting,
            Some("token") => Self::Token,
            _ => Self::Ordered,
        }
    }

    /// Whether its publications have positions.
    pub fn is_kept(self) -> bool {
        self != Self::Fleeting
    }
}

/// So many publications a channel keeps at most.
pub(super) const LARGEST_HISTORY: usize = 13;

/// A small history: much is trimmed and much expires.
pub(super) fn retention(dice: &mut Dice) -> Retention {
    Retention {
        size: 2 + u32::try_from(dice.pick(LARGEST_HISTORY - 1)).unwrap_or(0),
        ttl: dice.millis(2_000, 40_000),
        meta_ttl: if dice.once_in(4) { dice.millis(2_000, 12_000) } else { dice.millis(20_000, 90_000) },
    }
}

pub(super) fn rules(retention: Retention) -> Rules {
    let everyone = Permission { client: true, subscriber: true, anonymous: true };
    let open = ChannelRules {
        presence: true,
        join_leave: true,
        allow_subscribe: everyone,
        allow_publish: everyone,
        allow_presence: everyone,
        allow_history: everyone,
        ..ChannelRules::default()
    };
    let kept = ChannelRules {
        history_size: retention.size,
        history_ttl: retention.ttl,
        history_meta_ttl: retention.meta_ttl,
        ..open.clone()
    };
    let forced = ChannelRules { force_recovery: true, force_push_join_leave: true, ..kept.clone() };
    let named = [("kept", kept), ("fleeting", open), ("token", forced.clone()), ("ordered", forced)];
    Rules {
        client: ClientRules {
            ping_interval: Duration::from_secs(5),
            pong_timeout: Some(Duration::from_secs(2)),
            presence_update_interval: Duration::from_secs(6),
            channel_position_check_delay: Duration::from_secs(9),
            expired_close_delay: Duration::from_secs(3),
            ..ClientRules::default()
        },
        namespaces: Namespaces {
            without: ChannelRules::default(),
            named: named.map(|(name, rules)| (name.into(), rules)).into(),
        },
        ..Rules::default()
    }
}
