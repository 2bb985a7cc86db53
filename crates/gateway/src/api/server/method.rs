//! The methods of the server API: Centrifugo's, and behind them those that Centrifugo does not have.

/// What can be asked for. Their order decides which one counts when a command of a batch names two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Publish into a channel.
    Publish,
    /// Publish the same into several channels.
    Broadcast,
    /// Subscribe a user's connections.
    Subscribe,
    /// Unsubscribe a user's connections.
    Unsubscribe,
    /// End a user's connections.
    Disconnect,
    /// Change when a user's connections expire.
    Refresh,
    /// Who is in a channel.
    Presence,
    /// How many are in a channel.
    PresenceStats,
    /// What was published.
    History,
    /// Forget what was published.
    HistoryRemove,
    /// Which channels have subscribers.
    Channels,
    /// How the node is.
    Info,
    /// Call a method of an extension.
    Rpc,
    /// Say that tokens are good no longer.
    Revoke,
    /// Keep a user out.
    BlockUser,
    /// Let a user in again.
    UnblockUser,
    /// What is revoked.
    Revocations,
    /// Take a revocation back.
    RemoveRevocation,
    /// Issue a token from a template.
    IssueToken,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::Publish,
        Self::Broadcast,
        Self::Subscribe,
        Self::Unsubscribe,
        Self::Disconnect,
        Self::Refresh,
        Self::Presence,
        Self::PresenceStats,
        Self::History,
        Self::HistoryRemove,
        Self::Channels,
        Self::Info,
        Self::Rpc,
        Self::Revoke,
        Self::BlockUser,
        Self::UnblockUser,
        Self::Revocations,
        Self::RemoveRevocation,
        Self::IssueToken,
    ];

    /// The method of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether its answer holds what nobody else may see: no cache on the way keeps it.
    pub const fn answers_a_secret(self) -> bool {
        matches!(self, Self::IssueToken)
    }

    /// Its name in paths, batches and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Broadcast => "broadcast",
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
            Self::Disconnect => "disconnect",
            Self::Refresh => "refresh",
            Self::Presence => "presence",
            Self::PresenceStats => "presence_stats",
            Self::History => "history",
            Self::HistoryRemove => "history_remove",
            Self::Channels => "channels",
            Self::Info => "info",
            Self::Rpc => "rpc",
            Self::Revoke => "revoke",
            Self::BlockUser => "block_user",
            Self::UnblockUser => "unblock_user",
            Self::Revocations => "revocations",
            Self::RemoveRevocation => "remove_revocation",
            Self::IssueToken => "issue_token",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_found_by_its_name() {
        for method in Method::ALL {
            assert_eq!(Method::named(method.name()), Some(method));
        }
        assert_eq!(Method::named("Publish"), None);
        assert_eq!(Method::named("batch"), None, "a batch holds methods and is none");
    }
}
