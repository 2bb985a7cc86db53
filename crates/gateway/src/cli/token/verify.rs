//! `vestibule token verify`: whether the house would take a token, and which rule it fails if not.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};
use vestibule_auth::{Refusal, Rejection, Trust, TrustConfig, Verdict, Verified};
use vestibule_model::{Identity, SubscriptionGrant};

use super::advice::advice;
use super::bench::{Bench, config_argument};
use super::{EXIT_CODES, NO_KEYS, NOT_GOOD, NOT_NOW, unseen};
use crate::cli::ENDED;
use crate::cli::out::{Done, put, say};
use crate::cli::words::{json_flag, option, text, token, token_argument, utc};
use crate::keys::Unseen;

/// The verb.
pub fn command() -> Command {
    Command::new("verify")
        .about("Says whether the house would take a token, and if not, which rule it fails")
        .long_about(
            "Says whether the house would take a token, and if not, which rule it fails and what can be done. Keys that \
             its provider publishes are fetched, unless --offline. Whether a token is revoked, or was used before, only the \
             house that runs can tell.",
        )
        .after_help(EXIT_CODES)
        .arg(token_argument())
        .arg(config_argument())
        .arg(option("realm", "NAME", "Only this realm [default: those of the Centrifuge door]"))
        .arg(
            Arg::new("subscription")
                .long("subscription")
                .action(ArgAction::SetTrue)
                .help("It is a subscription token"),
        )
        .arg(Arg::new("offline").long("offline").action(ArgAction::SetTrue).help("Fetches nothing"))
        .arg(json_flag())
}

/// Says it.
///
/// # Errors
/// When the command line or the configuration is wrong, or the answer cannot be written.
pub fn run(matches: &ArgMatches, variables: Vec<(String, String)>) -> Done<u8> {
    let realm = text(matches, "realm");
    let bench = Bench::of(matches, variables, realm)?;
    let token = token(text(matches, "token").unwrap_or_default())?;
    let is_subscription = matches.get_flag("subscription");
    let trust = trust(&bench, realm, is_subscription)?;
    let judged = Judged::by(&bench, &trust, &token, is_subscription, !matches.get_flag("offline"));
    if matches.get_flag("json") {
        say(judged.in_json())?;
    } else {
        put(judged.in_words())?;
    }
    Ok(judged.code())
}

fn trust(bench: &Bench, realm: Option<&str>, is_subscription: bool) -> Result<Trust, String> {
    let doors = &bench.settings.centrifuge.trust;
    let config = match realm {
        Some(name) => TrustConfig { realms: vec![name.to_owned()], allow_no_token: false },
        None if is_subscription => doors.subscriptions.clone(),
        None => TrustConfig { allow_no_token: false, ..doors.connections.clone() },
    };
    let trust = bench.realms.trust(&config);
    trust.map_err(|errors| errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

/// What the realms think of a token.
pub struct Judged {
    /// What it says.
    verdict: Result<Value, Rejection>,
    /// Why the keys that it waits for cannot be had.
    unseen: Option<Unseen>,
}

impl Judged {
    /// Where the verdict depends on keys of a provider, those are fetched, as the house does it, and no others.
    fn by(bench: &Bench, trust: &Trust, token: &str, is_subscription: bool, fetches: bool) -> Self {
        let now = bench.clock.now().unix;
        if is_subscription {
            Self::of(bench, fetches, of_grant, || trust.subscription(token, now))
        } else {
            Self::of(bench, fetches, of_identity, || trust.connection(token, now))
        }
    }

    fn of<T>(
        bench: &Bench,
        fetches: bool,
        says: fn(&T) -> Value,
        judge: impl Fn() -> Verdict<Verified<T>>,
    ) -> Self {
        let (verdict, unseen) = match judge() {
            Verdict::Waits(wish, otherwise) if fetches => match bench.look(&wish.keys) {
                Ok(_) => (judge().at_once(), None),
                Err(unseen) => (Err(otherwise), Some(unseen)),
            },
            verdict => (verdict.at_once(), None),
        };
        let now = bench.clock.now().unix.0;
        let verdict = verdict.map(|said| {
            let mut says = says(&said.value);
            says["ended"] = says["expires"].as_i64().is_some_and(|end| end <= now).into();
            says
        });
        Self { verdict, unseen }
    }

    /// What one realm thinks of a token, by the keys that are at hand.
    ///
    /// # Errors
    /// When there is no such realm.
    pub fn by_realm(bench: &Bench, realm: &str, token: &str, is_subscription: bool) -> Result<Self, String> {
        let trust = trust(bench, Some(realm), is_subscription)?;
        Ok(Self::by(bench, &trust, token, is_subscription, false))
    }

    /// Why it is not taken; `None`: it is.
    pub fn rejection(&self) -> Option<&Rejection> {
        self.verdict.as_ref().err()
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self.rejection().map(|rejection| &rejection.refusal) {
            None => ENDED,
            Some(Refusal::Expired(_)) => NOT_NOW,
            Some(Refusal::Unavailable(_)) => NO_KEYS,
            Some(_) => NOT_GOOD,
        }
    }

    /// For programs. Of a token of which nothing can be told, `good` is `null`.
    pub fn in_json(&self) -> Value {
        let rejection = match &self.verdict {
            Ok(said) => return json!({ "good": true, "says": said }),
            Err(rejection) => rejection,
        };
        let reason = rejection.refusal.reason();
        let cannot_be_told = matches!(rejection.refusal, Refusal::Unavailable(_));
        json!({
            "good": (!cannot_be_told).then_some(false),
            "realm": rejection.realm.as_deref(),
            "rule": reason.label(),
            "reason": reason.to_string(),
            "advice": advice(reason),
            "keys": self.unseen.as_ref().map(unseen::in_json),
        })
    }

    /// For people.
    pub fn in_words(&self) -> String {
        let rejection = match &self.verdict {
            Ok(said) => return good_in_words(said),
            Err(rejection) => rejection,
        };
        let reason = rejection.refusal.reason();
        let realm = rejection.realm.as_deref();
        let mut said = match &rejection.refusal {
            Refusal::Unavailable(_) => {
                let realm = realm.map(|name| format!("realm {name:?}: ")).unwrap_or_default();
                format!("it cannot be told whether the token is good: {realm}{reason}\n")
            }
            _ => {
                let realm = realm.map(|name| format!(" by realm {name:?}")).unwrap_or_default();
                format!("the token is refused{realm}: {reason}\n")
            }
        };
        said.push_str(&format!("  rule          {}\n", reason.label()));
        match &self.unseen {
            Some(unseen) => said.push_str(&unseen::in_words(unseen)),
            None => said.push_str(&format!("  what to do    {}\n", advice(reason))),
        }
        said
    }
}

fn good_in_words(says: &Value) -> String {
    let mut said = String::from(match says["ended"] == true {
        true => {
            "the token has ended, and is good for the leeway of its realm: a client that connects with it is told to \
                 fetch another\n"
        }
        false => "the token is good\n",
    });
    let is_said =
        |value: &Value| !(value.is_null() || value.is_number() || value.is_boolean() || *value == json!([]));
    for (name, value) in says.as_object().into_iter().flatten().filter(|(_, value)| is_said(value)) {
        let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        said.push_str(&format!("  {name:<13} {value}\n"));
    }
    said
}

fn of_identity(identity: &Identity) -> Value {
    json!({
        "realm": &*identity.realm,
        "organisation": identity.organisation.as_str(),
        "user": identity.user.as_str(),
        "name": identity.name.as_deref(),
        "roles": identity.roles,
        "client": identity.client_type.as_deref(),
        "session": identity.credential.session.as_deref(),
        "id": identity.credential.token.as_deref(),
        "expires": identity.expires.map(|end| end.at().0),
        "until": identity.expires.map(|end| utc(end.at())),
    })
}

fn of_grant(grant: &SubscriptionGrant) -> Value {
    json!({
        "realm": &*grant.realm,
        "organisation": grant.organisation.as_str(),
        "user": grant.user.as_str(),
        "channel": &*grant.channel,
        "expires": grant.expires.map(|end| end.at().0),
        "until": grant.expires.map(|end| utc(end.at())),
    })
}
