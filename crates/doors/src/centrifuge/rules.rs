//! What the operator configured, as plain data.
//!
//! Every connection and the server API share one [`Rules`]. Nothing here reads a file: the configuration fills it
//! in, and `Default` is what Centrifugo does when nothing is said.
//!
//! - [`client`]: intervals, limits and switches of connections;
//! - [`syntax`]: how a channel's name is read;
//! - [`namespace`]: what is allowed in a channel.

pub mod client;
pub mod namespace;
pub mod syntax;

pub use client::{ClientRules, PersonalChannel};
pub use namespace::{ChannelRules, DataFormat, Namespaces, Permission};
pub use syntax::Syntax;

use super::codes::ErrorCode;

/// Everything that decides how this door behaves.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Intervals, limits and switches of connections.
    pub client: ClientRules,
    /// How a channel's name is read.
    pub syntax: Syntax,
    /// What is allowed in which channels.
    pub namespaces: Namespaces,
}

/// Why a name is not a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAChannel {
    /// Its namespace is not configured.
    Unknown,
    /// It is empty, not ASCII, or does not match the namespace's pattern.
    BadName,
}

impl From<NotAChannel> for ErrorCode {
    fn from(reason: NotAChannel) -> Self {
        match reason {
            NotAChannel::Unknown => Self::UNKNOWN_CHANNEL,
            NotAChannel::BadName => Self::BAD_REQUEST,
        }
    }
}

impl Rules {
    /// The rules of a channel.
    ///
    /// # Errors
    /// When there is no such channel, or the name is not one.
    pub fn channel(&self, name: &str) -> Result<&ChannelRules, NotAChannel> {
        let (rules, rest) = self.lookup(name)?;
        if name.is_empty() || !rules.allows_name(name, rest) {
            return Err(NotAChannel::BadName);
        }
        Ok(rules)
    }

    /// The rules of a channel that a token names: whoever signed it may use any name in a configured namespace.
    ///
    /// # Errors
    /// When the namespace is not configured.
    pub fn vouched_channel(&self, name: &str) -> Result<&ChannelRules, NotAChannel> {
        self.lookup(name).map(|(rules, _)| rules)
    }

    /// The name of the channel that this user's connections are subscribed to by the server, if there is one.
    pub fn personal_channel(&self, user: &str) -> Option<String> {
        let personal = self.client.personal_channel.as_ref()?;
        (!user.is_empty()).then(|| self.syntax.personal(&personal.namespace, user))
    }

    fn lookup<'n>(&self, name: &'n str) -> Result<(&ChannelRules, &'n str), NotAChannel> {
        let (namespace, rest) = self.syntax.split(name);
        let rules = self.namespaces.get(namespace).ok_or(NotAChannel::Unknown)?;
        Ok((rules, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let mut rules = Rules::default();
        rules.namespaces.named.insert("news".into(), ChannelRules::default());
        let letters = ChannelRules {
            channel_regex: Some(regex::Regex::new("^[a-zé]+$").unwrap()),
            ..ChannelRules::default()
        };
        rules.namespaces.named.insert("letters".into(), letters);
        rules
    }

    fn found(name: &str) -> Result<(), NotAChannel> {
        rules().channel(name).map(|_| ())
    }

    #[test]
    fn a_name_without_a_namespace_is_always_a_channel() {
        assert_eq!(found("anything"), Ok(()));
    }

    #[test]
    fn a_namespace_that_is_not_configured_is_unknown() {
        assert_eq!(found("news:today"), Ok(()));
        assert_eq!(found("olds:today"), Err(NotAChannel::Unknown));
        assert_eq!(ErrorCode::from(NotAChannel::Unknown).code, 102);
    }

    #[test]
    fn a_name_that_is_not_ascii_is_bad_unless_the_namespace_has_a_pattern_that_takes_it() {
        assert_eq!(found("né"), Err(NotAChannel::BadName));
        assert_eq!(found("letters:né"), Ok(()));
        assert_eq!(found("letters:n3"), Err(NotAChannel::BadName));
        assert_eq!(ErrorCode::from(NotAChannel::BadName).code, 107);
    }

    #[test]
    fn the_empty_name_is_bad() {
        assert_eq!(found(""), Err(NotAChannel::BadName));
    }

    #[test]
    fn an_unknown_namespace_is_said_before_a_bad_name() {
        assert_eq!(found("olds:né"), Err(NotAChannel::Unknown));
    }

    #[test]
    fn a_token_may_name_what_a_client_may_not() {
        assert!(rules().vouched_channel("letters:n3").is_ok());
        assert!(rules().vouched_channel("olds:today").is_err());
    }

    #[test]
    fn a_personal_channel_is_the_users_name_behind_the_user_boundary() {
        let mut rules = rules();
        assert_eq!(rules.personal_channel("42"), None);
        rules.client.personal_channel = Some(PersonalChannel::default());
        assert_eq!(rules.personal_channel("42").as_deref(), Some("#42"));
        rules.client.personal_channel =
            Some(PersonalChannel { namespace: "news".into(), single_connection: false });
        assert_eq!(rules.personal_channel("42").as_deref(), Some("news:#42"));
    }

    #[test]
    fn the_anonymous_user_has_no_personal_channel() {
        let mut rules = rules();
        rules.client.personal_channel = Some(PersonalChannel::default());
        assert_eq!(rules.personal_channel(""), None);
    }
}
