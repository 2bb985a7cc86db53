//! `vestibule token verify`: whether the house would take a token, and which rule it fails if not.

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};
use vestibule_auth::{Rejection, Trust, TrustConfig};
use vestibule_model::{Identity, SubscriptionGrant};

use super::advice::advice;
use super::bench::{Bench, config_argument};
use super::{EXIT_CODES, NO_KEYS, NOT_GOOD, NOT_NOW};
use crate::cli::ENDED;
use crate::cli::words::{json_flag, option, text, token, token_argument, utc};

/// The verb.
pub fn command() -> Command {
    Command::new("verify")
        .about("Says whether the house would take a token, and if not, which rule it fails")
        .long_about(
            "Says whether the house would take a token, and if not, which rule it fails and what can be done. Keys that \
             providers publish are fetched, unless --offline. Whether a token is revoked, or was used before, only the \
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
pub fn run(matches: &ArgMatches, variables: Vec<(String, String)>) -> Result<u8, String> {
    let bench = Bench::of(matches, variables)?;
    let token = token(text(matches, "token").unwrap_or_default())?;
    let is_subscription = matches.get_flag("subscription");
    let trust = trust(&bench, text(matches, "realm"), is_subscription)?;
    let mut faults = Vec::new();
    if !matches.get_flag("offline") {
        for realm in trust.realms() {
            if let Some(Err(fault)) = bench.look(realm) {
                faults.push(format!("realm {:?}: {fault}", realm.name()));
            }
        }
    }
    let judged = Judged::by(&bench, &trust, &token, is_subscription, faults);
    if matches.get_flag("json") {
        println!("{}", judged.in_json());
    } else {
        judged.in_words();
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
    /// Why keys cannot be had.
    faults: Vec<String>,
}

impl Judged {
    fn by(bench: &Bench, trust: &Trust, token: &str, is_subscription: bool, faults: Vec<String>) -> Self {
        let now = bench.clock.now().unix;
        let verdict = if is_subscription {
            trust.subscription(token, now).at_once().map(|grant| of_grant(&grant.value))
        } else {
            trust.connection(token, now).at_once().map(|identity| of_identity(&identity.value))
        };
        Self { verdict, faults }
    }

    /// What one realm thinks of a connection token, by the keys that are at hand.
    ///
    /// # Errors
    /// When there is no such realm.
    pub fn by_realm(bench: &Bench, realm: &str, token: &str) -> Result<Self, String> {
        let trust = trust(bench, Some(realm), false)?;
        Ok(Self::by(bench, &trust, token, false, Vec::new()))
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self.verdict.as_ref().map_err(|rejection| &rejection.refusal) {
            Ok(_) => ENDED,
            Err(vestibule_auth::Refusal::Expired(_)) => NOT_NOW,
            Err(vestibule_auth::Refusal::Unavailable(_)) => NO_KEYS,
            Err(_) => NOT_GOOD,
        }
    }

    /// For programs.
    pub fn in_json(&self) -> Value {
        let rejection = match &self.verdict {
            Ok(said) => return json!({ "good": true, "says": said }),
            Err(rejection) => rejection,
        };
        let reason = rejection.refusal.reason();
        json!({
            "good": false,
            "realm": rejection.realm.as_deref(),
            "rule": reason.label(),
            "reason": reason.to_string(),
            "advice": advice(reason),
            "faults": self.faults,
        })
    }

    /// For people.
    pub fn in_words(&self) {
        match &self.verdict {
            Ok(said) => {
                println!("the token is good");
                let is_said = |value: &Value| !(value.is_null() || value.is_number() || *value == json!([]));
                for (name, value) in
                    said.as_object().into_iter().flatten().filter(|(_, value)| is_said(value))
                {
                    let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                    println!("  {name:<13} {value}");
                }
            }
            Err(rejection) => {
                let reason = rejection.refusal.reason();
                let realm = rejection.realm.as_deref();
                let realm = realm.map(|name| format!(" by realm {name:?}")).unwrap_or_default();
                println!("the token is refused{realm}: {reason}");
                println!("  rule          {}", reason.label());
                println!("  what to do    {}", advice(reason));
            }
        }
        for fault in &self.faults {
            println!("  keys          {fault}");
        }
    }
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
