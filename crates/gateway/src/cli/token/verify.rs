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
    let now = bench.clock.now().unix;
    let judged = if is_subscription {
        trust.subscription(&token, now).at_once().map(|grant| of_grant(&grant))
    } else {
        trust.connection(&token, now).at_once().map(|identity| of_identity(&identity))
    };
    Ok(say(judged, &faults, matches.get_flag("json")))
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

/// Says what was found. The exit code.
pub fn say(judged: Result<Value, Rejection>, faults: &[String], as_json: bool) -> u8 {
    match judged {
        Ok(said) if as_json => println!("{}", json!({ "good": true, "says": said })),
        Ok(said) => {
            println!("the token is good");
            let is_said = |value: &Value| !value.is_null() && *value != json!([]);
            for (name, value) in said.as_object().into_iter().flatten().filter(|(_, value)| is_said(value)) {
                let value = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
                println!("  {name:<13} {value}");
            }
        }
        Err(rejection) => return refuse(&rejection, faults, as_json),
    }
    ENDED
}

fn refuse(rejection: &Rejection, faults: &[String], as_json: bool) -> u8 {
    let reason = rejection.refusal.reason();
    if as_json {
        let said = json!({
            "good": false,
            "realm": rejection.realm.as_deref(),
            "rule": reason.label(),
            "reason": reason.to_string(),
            "advice": advice(reason),
            "faults": faults,
        });
        println!("{said}");
    } else {
        let realm = rejection.realm.as_deref().map(|name| format!(" by realm {name:?}")).unwrap_or_default();
        println!("the token is refused{realm}: {reason}");
        println!("  rule          {}", reason.label());
        println!("  what to do    {}", advice(reason));
        for fault in faults {
            println!("  keys          {fault}");
        }
    }
    match rejection.refusal {
        vestibule_auth::Refusal::Expired(_) => NOT_NOW,
        vestibule_auth::Refusal::Unavailable(_) => NO_KEYS,
        _ => NOT_GOOD,
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
        "expires": identity.expires.map(utc),
    })
}

fn of_grant(grant: &SubscriptionGrant) -> Value {
    json!({
        "realm": &*grant.realm,
        "organisation": grant.organisation.as_str(),
        "user": grant.user.as_str(),
        "channel": &*grant.channel,
        "expires": grant.expires.map(utc),
    })
}

/// Judges a token by one realm whose keys are at hand.
///
/// # Errors
/// When there is no such realm.
pub fn by_realm(bench: &Bench, realm: &str, token: &str, as_json: bool) -> Result<u8, String> {
    let trust = trust(bench, Some(realm), false)?;
    let judged = trust.connection(token, bench.clock.now().unix).at_once();
    Ok(say(judged.map(|identity| of_identity(&identity)), &[], as_json))
}
