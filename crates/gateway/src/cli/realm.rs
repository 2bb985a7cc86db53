//! `vestibule realm check`: what an operator runs when somebody cannot come in.

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};
use vestibule_auth::Realm;

use super::token::bench::{Bench, config_argument};
use super::token::{NO_KEYS, verify};
use super::words::{json_flag, option, text, token};
use super::{ENDED, WRONG};
use crate::keys::Look;

/// Clocks that are further apart make trouble: the usual leeway.
const FAR_APART: i64 = 30;

/// The verb.
pub fn command() -> Command {
    let check = Command::new("check")
        .about("Fetches a realm's keys as the house would, compares the clocks, and judges a token if there is one")
        .after_help(
            "Exit codes:\n  0  all is well\n  2  the configuration or the command line is wrong\n  3  the token is not \
             good\n  4  only the token's time is wrong\n  5  the keys cannot be had",
        )
        .arg(Arg::new("name").value_name("NAME").required(true).help("The realm, as the configuration calls it"))
        .arg(config_argument())
        .arg(option("token", "TOKEN", "A token to judge: itself, @FILE for one in a file, or - for the standard input"))
        .arg(json_flag());
    Command::new("realm").about("Looks after realms").subcommand_required(true).subcommand(check)
}

/// Does it.
pub fn run(matches: &ArgMatches, variables: Vec<(String, String)>) -> u8 {
    let Some(("check", matches)) = matches.subcommand() else { return WRONG };
    check(matches, variables).unwrap_or_else(|why| {
        eprintln!("error: {why}");
        WRONG
    })
}

fn check(matches: &ArgMatches, variables: Vec<(String, String)>) -> Result<u8, String> {
    let bench = Bench::of(matches, variables)?;
    let name = text(matches, "name").unwrap_or_default();
    let realm = bench.realms.get(name).ok_or_else(|| {
        let known: Vec<_> = bench.realms.iter().map(|realm| realm.name()).collect();
        format!("there is no realm {name:?}; there are {}", known.join(", "))
    })?;
    let looked = bench.look(realm);
    let as_json = matches.get_flag("json");
    let now = bench.clock.now().unix.0;
    if as_json {
        println!("{}", in_json(realm, looked.as_ref(), now));
    } else {
        in_words(realm, looked.as_ref(), now);
    }
    if let Some(Err(_)) = looked {
        return Ok(NO_KEYS);
    }
    match text(matches, "token") {
        Some(given) => verify::by_realm(&bench, name, &token(given)?, as_json),
        None => Ok(ENDED),
    }
}

fn in_words(realm: &Realm, looked: Option<&Result<Look, String>>, now: i64) {
    println!("realm         {}", realm.name());
    let algorithms: Vec<_> = realm.algorithms().iter().map(|algorithm| algorithm.name()).collect();
    println!("algorithms    {}", algorithms.join(" "));
    let look = match looked {
        None => return println!("keys          from the configuration; nothing is fetched"),
        Some(Err(fault)) => return println!("keys          CANNOT BE HAD: {fault}"),
        Some(Ok(look)) => look,
    };
    println!("keys          {} from {} in {} ms", look.document.len(), look.address, look.took.as_millis());
    for kid in look.document.kids() {
        println!("  good        {kid}");
    }
    for skipped in look.document.skipped() {
        let kid = skipped.kid.as_deref().unwrap_or("without a name");
        println!("  not used    {kid}: {}", skipped.reason);
    }
    match look.lifetime {
        Some(lifetime) => println!("good for      {} s, as the provider says", lifetime.as_secs()),
        None => println!("good for      the provider does not say"),
    }
    match apart(look, now) {
        None => println!("clocks        the provider does not say what time it is"),
        Some(apart) if apart.abs() > FAR_APART => {
            println!("clocks        {apart} s APART: tokens may count as expired, or as not valid yet");
        }
        Some(apart) => println!("clocks        {apart} s apart"),
    }
}

fn in_json(realm: &Realm, looked: Option<&Result<Look, String>>, now: i64) -> Value {
    let skipped = |look: &Look| -> Vec<Value> {
        let skipped = look.document.skipped().iter();
        skipped.map(|one| json!({ "kid": one.kid, "reason": one.reason.to_string() })).collect()
    };
    let keys = match looked {
        None => json!({ "from": "configuration" }),
        Some(Err(fault)) => json!({ "fault": fault }),
        Some(Ok(look)) => json!({
            "from": look.address,
            "good": look.document.kids().collect::<Vec<_>>(),
            "not_used": skipped(look),
            "lifetime": look.lifetime.map(|lifetime| lifetime.as_secs()),
            "milliseconds": u64::try_from(look.took.as_millis()).ok(),
            "clock_apart": apart(look, now),
        }),
    };
    let algorithms: Vec<_> = realm.algorithms().iter().map(|algorithm| algorithm.name()).collect();
    json!({ "realm": realm.name(), "algorithms": algorithms, "keys": keys })
}

/// By how many seconds the provider's clock is ahead of ours.
fn apart(look: &Look, now: i64) -> Option<i64> {
    Some(look.provider_time?.0 - now)
}
