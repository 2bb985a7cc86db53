//! What is said of a realm and of what its provider publishes.

use std::cmp::Ordering;

use serde_json::{Value, json};
use vestibule_auth::Realm;

use super::{apart, is_far};
use crate::cli::token::unseen;
use crate::keys::{Look, Unseen};

/// A realm that was looked at.
pub(super) struct Seen<'a> {
    pub(super) realm: &'a Realm,
    /// What its provider publishes; `None`: it has none.
    pub(super) looked: Option<&'a Result<Look, Unseen>>,
    /// Whether it has keys of the configuration too.
    pub(super) has_own_keys: bool,
    /// Our time, in Unix seconds.
    pub(super) now: i64,
}

impl Seen<'_> {
    /// For people.
    pub(super) fn in_words(&self) -> String {
        let mut said = format!("realm         {}\nalgorithms    {}\n", self.realm.name(), self.algorithms());
        match self.looked {
            None => said.push_str("keys          from the configuration; nothing is fetched\n"),
            Some(Err(unseen)) => {
                said.push_str("keys          CANNOT BE HAD\n");
                said.push_str(&unseen::in_words(unseen));
            }
            Some(Ok(look)) => self.look_in_words(look, &mut said),
        }
        said
    }

    fn look_in_words(&self, look: &Look, said: &mut String) {
        let mut line = |name: &str, text: &str| said.push_str(&format!("{name:<13} {text}\n"));
        if let Some(discovery) = &look.discovery {
            line("discovery", discovery);
        }
        let (count, took) = (look.document.len(), look.took.as_millis());
        line("keys", &format!("{count} from {} in {took} ms", look.address));
        for kid in look.document.kids() {
            line("  good", kid);
        }
        for skipped in look.document.skipped() {
            let kid = skipped.kid.as_deref().unwrap_or("without a name");
            line("  not used", &format!("{kid}: {}", skipped.reason));
        }
        if look.document.is_empty() && !self.has_own_keys {
            line("  NO GOOD KEY", "every token is refused");
            line("  what to do", &format!("have the provider publish a key for {}", self.algorithms()));
        }
        match look.lifetime {
            Some(lifetime) => line("good for", &format!("{} s, as the provider says", lifetime.as_secs())),
            None => line("good for", "the provider does not say"),
        }
        line("clocks", &clocks(apart(look, self.now)));
    }

    /// For programs.
    pub(super) fn in_json(&self) -> Value {
        let keys = match self.looked {
            None => json!({ "from": "configuration" }),
            Some(Err(unseen)) => unseen::in_json(unseen),
            Some(Ok(look)) => self.look_in_json(look),
        };
        let algorithms: Vec<_> = self.realm.algorithms().iter().map(|algorithm| algorithm.name()).collect();
        json!({ "realm": self.realm.name(), "algorithms": algorithms, "keys": keys })
    }

    fn look_in_json(&self, look: &Look) -> Value {
        let skipped = look.document.skipped().iter();
        let skipped = skipped.map(|one| json!({ "kid": one.kid, "reason": one.reason.to_string() }));
        json!({
            "discovery": look.discovery,
            "from": look.address,
            "good": look.document.kids().collect::<Vec<_>>(),
            "not_used": skipped.collect::<Vec<_>>(),
            "lifetime": look.lifetime.map(|lifetime| lifetime.as_secs()),
            "milliseconds": u64::try_from(look.took.as_millis()).ok(),
            "clock_apart": apart(look, self.now),
        })
    }

    fn algorithms(&self) -> String {
        let names: Vec<_> = self.realm.algorithms().iter().map(|algorithm| algorithm.name()).collect();
        names.join(" ")
    }
}

/// Whose clock is behind, and what comes of it.
fn clocks(ahead: Option<i64>) -> String {
    let Some(ahead) = ahead else { return "the provider does not say what time it is".into() };
    let (side, loud, effect) = match ahead.cmp(&0) {
        Ordering::Less => ("behind", "BEHIND OURS", "as expired"),
        Ordering::Equal => return "0 s apart".into(),
        Ordering::Greater => ("ahead", "AHEAD OF OURS", "as not valid yet"),
    };
    let apart = ahead.abs();
    match is_far(ahead) {
        true => format!("the provider's is {apart} s {loud}: its tokens may count {effect}"),
        false => format!("the provider's is {apart} s {side}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_whose_clock_is_behind_and_what_comes_of_it() {
        assert_eq!(clocks(Some(0)), "0 s apart");
        assert_eq!(clocks(Some(-3)), "the provider's is 3 s behind");
        assert_eq!(
            clocks(Some(-120)),
            "the provider's is 120 s BEHIND OURS: its tokens may count as expired"
        );
        assert_eq!(
            clocks(Some(31)),
            "the provider's is 31 s AHEAD OF OURS: its tokens may count as not valid yet"
        );
        assert_eq!(clocks(None), "the provider does not say what time it is");
    }
}
