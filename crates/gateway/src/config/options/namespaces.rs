//! How a channel's name is read, and all namespaces together.

use std::time::Duration;

use vestibule_doors::centrifuge::rules::{Namespaces, PersonalChannel, Rules, Syntax};

use super::channel::{ChannelOptions, DataFormatName, Everywhere};
use crate::config::written::Notes;
use crate::config::written::outline::join;
use crate::config::written::section::section;

section! {
    /// How a channel's name is read.
    pub struct SyntaxOptions {
        /// The longest name that a client may subscribe to, in bytes. 0: any.
        max_length: u32 = 255,
        /// Names that begin with it need a subscription token. Empty: none do.
        private_prefix: String = "$".into(),
        /// Ends the namespace in a name.
        namespace_boundary: String = ":".into(),
        /// Begins the list of users in a name.
        user_boundary: String = "#".into(),
        /// Stands between two users.
        user_separator: String = ",".into(),
        /// For how long positions outlive publications, where a namespace does not say otherwise.
        history_meta_ttl: Duration = Duration::from_secs(720 * 3600),
        /// What clients may publish, where a namespace does not say otherwise: "json", "json_object" or "binary".
        publication_data_format: DataFormatName = DataFormatName::Unset,
    }
}

impl SyntaxOptions {
    /// How sessions read names.
    pub fn syntax(&self) -> Syntax {
        Syntax {
            max_length: self.max_length as usize,
            private_prefix: self.private_prefix.as_str().into(),
            namespace_boundary: self.namespace_boundary.as_str().into(),
            user_boundary: self.user_boundary.as_str().into(),
            user_separator: self.user_separator.as_str().into(),
        }
    }

    /// What holds for namespaces that do not say otherwise. `at` is the path of these options.
    pub fn everywhere(&self, at: &str, notes: &mut Notes) -> Everywhere {
        let whole = self.history_meta_ttl.subsec_nanos() == 0 && !self.history_meta_ttl.is_zero();
        notes.check(whole, &join(at, "history_meta_ttl"), "must be in whole seconds, and more than none");
        Everywhere {
            history_meta_ttl: self.history_meta_ttl,
            publication_data_format: self.publication_data_format,
        }
    }
}

/// All namespaces: the one without a name, and the named ones with the path of each.
pub fn namespaces<'o>(
    without: (&str, &ChannelOptions),
    named: impl Iterator<Item = (String, &'o str, &'o ChannelOptions)>,
    everywhere: Everywhere,
    notes: &mut Notes,
) -> Namespaces {
    let mut namespaces =
        Namespaces { without: without.1.rules(without.0, everywhere, notes), ..Namespaces::default() };
    for (at, name, options) in named {
        let fault = "a namespace's name has at least two letters, digits, -, _ or .";
        notes.check(Namespaces::is_valid_name(name), &at, fault);
        let rules = options.rules(&at, everywhere, notes);
        let twice = namespaces.named.insert(name.into(), rules).is_some();
        notes.check(!twice, &at, format!("there are two namespaces with the name {name}"));
    }
    namespaces
}

/// Whether every user's own channel is in a namespace that can have it. `at` is the path of these options.
pub fn check_personal_channel(rules: &Rules, at: &str, notes: &mut Notes) {
    let Some(PersonalChannel { namespace, single_connection }) = &rules.client.personal_channel else {
        return;
    };
    let key = join(at, "personal_channel_namespace");
    match rules.namespaces.get(namespace) {
        None => notes.complain(&key, format!("there is no namespace {namespace}")),
        Some(options) if *single_connection && !options.presence => {
            notes.complain(&join(at, "single_connection"), "needs presence in the namespace of the channel");
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(names: &[&str]) -> Vec<String> {
        let mut notes = Notes::default();
        let everywhere = SyntaxOptions::default().everywhere("channel", &mut notes);
        let options = ChannelOptions::default();
        let named = names.iter().map(|name| (format!("n.{name}"), *name, &options));
        namespaces(("without", &options), named, everywhere, &mut notes);
        notes.complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_namespace_has_a_plain_name_of_its_own() {
        assert!(complaints(&["news", "a-b.c_9"]).is_empty());
        let letters = "n.a: a namespace's name has at least two letters, digits, -, _ or .";
        assert_eq!(complaints(&["a"]), [letters]);
        assert_eq!(complaints(&["aa", "aa"]), ["n.aa: there are two namespaces with the name aa"]);
    }

    #[test]
    fn a_personal_channel_needs_its_namespace_and_for_a_single_connection_presence() {
        let complaint = |namespace: &str, single_connection| {
            let mut rules = Rules::default();
            rules.client.personal_channel =
                Some(PersonalChannel { namespace: namespace.into(), single_connection });
            let mut notes = Notes::default();
            check_personal_channel(&rules, "p", &mut notes);
            notes.complaints.first().map(ToString::to_string)
        };
        assert_eq!(complaint("", false), None);
        assert_eq!(
            complaint("gone", false).unwrap(),
            "p.personal_channel_namespace: there is no namespace gone"
        );
        assert_eq!(
            complaint("", true).unwrap(),
            "p.single_connection: needs presence in the namespace of the channel"
        );
    }
}
