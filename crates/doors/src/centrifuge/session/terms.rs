//! What a subscription is granted: the namespace's rules, what its token changes, and what the client asks for.

use std::time::Duration;

use vestibule_model::{ChannelOverride, Epoch, Position, UserId};

use crate::centrifuge::rules::ChannelRules;
use crate::centrifuge::wire::SubscribeRequest;
use crate::contract::{Following, Recover, RecoveryMode};

/// What a subscription is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Terms {
    /// It is counted as present.
    pub(super) presence: bool,
    /// Others are told of its coming and going.
    pub(super) announces: bool,
    /// It is told of others' coming and going.
    pub(super) hears: bool,
    /// It can recover what it missed.
    pub(super) recoverable: bool,
    /// It follows the stream.
    positioned: bool,
    mode: RecoveryMode,
    auto_cache_recover: bool,
    meta_ttl: Duration,
}

/// The client's wish to be given what it missed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// The last position that it knows; `None`: it wishes nothing.
    pub(super) since: Option<Position>,
    /// It would rather have an error than a gap.
    pub(super) strict: bool,
}

impl Terms {
    /// What the namespace gives to everyone, with what the token changes.
    pub(super) fn of(rules: &ChannelRules, overrides: ChannelOverride) -> Self {
        Self {
            presence: overrides.presence.unwrap_or(rules.presence),
            announces: overrides.join_leave.unwrap_or(rules.join_leave),
            hears: overrides.force_push_join_leave.unwrap_or(rules.force_push_join_leave),
            recoverable: overrides.force_recovery.unwrap_or(rules.force_recovery),
            positioned: overrides.force_positioning.unwrap_or(rules.force_positioning),
            mode: rules.force_recovery_mode,
            auto_cache_recover: rules.auto_cache_recover,
            meta_ttl: rules.history_meta_ttl,
        }
    }

    /// Adds what the client asks for and may have. Whoever may read the history may follow it.
    pub(super) fn extend(
        &mut self,
        request: &SubscribeRequest,
        rules: &ChannelRules,
        user: &UserId,
        insecure: bool,
    ) {
        let reads_history = insecure || rules.allow_history.is_given(user, true);
        let reads_presence = insecure || rules.allow_presence.is_given(user, true);
        self.positioned |= request.positioned && (rules.allow_positioning || reads_history);
        self.recoverable |= request.recoverable && (rules.allow_recovery || reads_history);
        self.hears |= request.join_leave && rules.join_leave && reads_presence;
    }

    /// Whether it follows the stream: who can recover does.
    pub(super) fn is_positioned(&self) -> bool {
        self.positioned || self.recoverable
    }

    /// How the house has to follow the stream; `None`: not at all.
    pub(super) fn following(&self, wish: &Wish, limit: u32) -> Option<Following> {
        self.is_positioned()
            .then(|| Following { recover: self.recover(wish, limit), meta_ttl: self.meta_ttl })
    }

    /// Whether a recovery is attempted as far as the client is told. It also learns that it was not possible.
    pub(super) fn was_recovering(&self, wish: &Wish) -> bool {
        wish.since.is_some() || self.recovers_unasked()
    }

    fn recover(&self, wish: &Wish, limit: u32) -> Option<Recover> {
        if !self.recoverable {
            return None;
        }
        let nowhere = || Position { offset: 0, epoch: Epoch::new("") };
        let since = wish.since.clone().or_else(|| self.recovers_unasked().then(nowhere))?;
        let strict = wish.strict && self.mode == RecoveryMode::Stream;
        Some(Recover { since, mode: self.mode, limit, strict })
    }

    fn recovers_unasked(&self) -> bool {
        self.auto_cache_recover && self.recoverable && self.mode == RecoveryMode::Cache
    }
}

impl Wish {
    /// The wish in a request for a subscription.
    pub(super) fn of(request: &SubscribeRequest) -> Self {
        let position = || Position { offset: request.offset, epoch: Epoch::new(&request.epoch) };
        Self {
            since: request.recover.then(position),
            strict: request.flag & SubscribeRequest::REJECT_UNRECOVERED != 0,
        }
    }

    /// The wish to be given what was published after a position, if there is one.
    pub(super) fn since(position: Option<Position>) -> Self {
        Self { since: position, strict: false }
    }
}
