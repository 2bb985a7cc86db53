//! `vestibule realm check`: what an operator runs when somebody cannot come in.
//!
//! - `seen`: what is said of the realm and its provider.

mod seen;

use clap::{Arg, ArgMatches, Command};
use vestibule_auth::RealmConfig;

use super::out::{Done, put, say};
use super::token::bench::{Bench, config_argument};
use super::token::verify::Judged;
use super::token::{NO_KEYS, NOT_NOW};
use super::words::{json_flag, option, text, token};
use super::{ENDED, WRONG};
use crate::keys::{Look, Unseen};
use seen::Seen;

/// Clocks that are further apart make trouble: the usual leeway.
const FAR_APART: i64 = 30;

/// The verb.
pub fn command() -> Command {
    let check = Command::new("check")
        .about("Fetches a realm's keys as the house would, compares the clocks, and judges a token if there is one")
        .after_help(
            "Exit codes:\n  0  all is well\n  2  the configuration or the command line is wrong\n  3  the token is not \
             good\n  4  only the token's time is wrong, or the clocks are more than 30 s apart\n  5  the keys cannot be \
             had, or none of them can be used",
        )
        .arg(Arg::new("name").value_name("NAME").required(true).help("The realm, as the configuration calls it"))
        .arg(config_argument())
        .arg(option("token", "TOKEN", "A token to judge: itself, @FILE for one in a file, or - for the standard input"))
        .arg(json_flag());
    Command::new("realm").about("Looks after realms").subcommand_required(true).subcommand(check)
}

/// Does it.
///
/// # Errors
/// When the command line or the configuration is wrong, or the answer cannot be written.
pub fn run(matches: &ArgMatches, variables: Vec<(String, String)>) -> Done<u8> {
    match matches.subcommand() {
        Some(("check", matches)) => check(matches, variables),
        _ => Ok(WRONG),
    }
}

fn check(matches: &ArgMatches, variables: Vec<(String, String)>) -> Done<u8> {
    let name = text(matches, "name").unwrap_or_default();
    let bench = Bench::of(matches, variables, Some(name))?;
    let realm = bench.realms.get(name).ok_or_else(|| {
        let known: Vec<_> = bench.realms.iter().map(|realm| realm.name()).collect();
        format!("there is no realm {name:?}; there are {}", known.join(", "))
    })?;
    let given = text(matches, "token").map(token).transpose()?;
    let looked = realm.published().map(|keys| bench.look(keys));
    let judged = given.map(|token| Judged::by_realm(&bench, name, &token, false)).transpose()?;
    let is_given_keys = |config: &RealmConfig| config.name == name && !config.keys.is_empty();
    let seen = Seen {
        realm,
        looked: looked.as_ref(),
        has_own_keys: bench.settings.realms.realms.iter().any(is_given_keys),
        now: bench.clock.now().unix.0,
    };
    if matches.get_flag("json") {
        let mut said = seen.in_json();
        if let Some(judged) = &judged {
            said["token"] = judged.in_json();
        }
        say(said)?;
    } else {
        put(seen.in_words())?;
        judged.iter().try_for_each(|judged| put(judged.in_words()))?;
    }
    let of_token = judged.map_or(ENDED, |judged| judged.code());
    Ok(code(seen.looked, seen.has_own_keys, of_token, seen.now))
}

/// The exit code: keys that cannot be had first, since nothing can be told without them.
fn code(looked: Option<&Result<Look, Unseen>>, has_own_keys: bool, of_token: u8, now: i64) -> u8 {
    match looked {
        Some(Err(_)) => NO_KEYS,
        Some(Ok(look)) if look.document.is_empty() && !has_own_keys => NO_KEYS,
        Some(Ok(look)) if of_token == ENDED && apart(look, now).is_some_and(is_far) => NOT_NOW,
        _ => of_token,
    }
}

/// By how many seconds the provider's clock is ahead of ours.
fn apart(look: &Look, now: i64) -> Option<i64> {
    Some(look.provider_time?.0 - now)
}

/// Either clock may be the wrong one.
fn is_far(apart: i64) -> bool {
    apart.abs() > FAR_APART
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use vestibule_auth::issue::{GenerateKind, GeneratedKey};
    use vestibule_auth::jwks::KeyDocument;
    use vestibule_model::UnixSeconds;

    use super::*;
    use crate::cli::token::NOT_GOOD;

    const NOW: i64 = 1_700_000_000;

    /// A provider whose clock is so much ahead.
    fn seen(document: &str, ahead: i64) -> Result<Look, Unseen> {
        Ok(Look {
            discovery: None,
            address: "https://id.example/jwks".into(),
            document: KeyDocument::read(document.as_bytes()).unwrap(),
            lifetime: None,
            provider_time: Some(UnixSeconds(NOW + ahead)),
            took: Duration::ZERO,
        })
    }

    fn document() -> String {
        let made = GeneratedKey::new(GenerateKind::P256, None).unwrap();
        format!(r#"{{"keys":[{}]}}"#, made.key().public_jwk().unwrap())
    }

    #[test]
    fn clocks_that_are_far_apart_are_a_fault_although_the_token_is_good_now() {
        let document = document();
        let code = |ahead, of_token| code(Some(&seen(&document, ahead)), false, of_token, NOW);
        assert_eq!([code(-30, ENDED), code(30, ENDED)], [ENDED, ENDED]);
        assert_eq!([code(-31, ENDED), code(31, ENDED)], [NOT_NOW, NOT_NOW]);
        assert_eq!(code(31, NOT_GOOD), NOT_GOOD, "what is wrong with the token itself says more");
    }

    #[test]
    fn a_provider_without_keys_is_a_fault_unless_the_realm_has_a_key_of_its_own() {
        let empty = seen(r#"{"keys":[]}"#, 0);
        assert_eq!(code(Some(&empty), false, ENDED, NOW), NO_KEYS);
        assert_eq!(code(Some(&empty), true, ENDED, NOW), ENDED);
        assert_eq!(code(Some(&Err(Unseen::Nobody("down".into()))), true, ENDED, NOW), NO_KEYS);
    }
}
