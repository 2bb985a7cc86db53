//! `vestibule token mint`: new tokens, by a template, a realm's secret, or a key file.

use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::{Value, json};
use vestibule_auth::config::KeyMaterial;
use vestibule_auth::issue::{Claim, Claims, Head, SigningKey, Template};
use vestibule_auth::{Algorithm, Realm, RealmConfig, Secret};
use vestibule_model::{Credential, Identity, UserId};

use super::advice::advice;
use super::bench::{Bench, config_argument, is_configured};
use super::verify::Judged;
use crate::api::organisation_of_the_operator;
use crate::cli::out::{Done, say, warn};
use crate::cli::words::{json_flag, option, read, text, texts, utc};
use crate::clock::Clock;
use crate::config::written::units;

/// How long a token lives if nobody says.
const LIFETIME: Duration = Duration::from_secs(3600);

/// The verb.
pub fn command() -> Command {
    let again = |name, value, help| option(name, value, help).action(ArgAction::Append);
    Command::new("mint")
        .about("Makes a token")
        .long_about(
            "Makes a token: by a template of the configuration (--template), with the secret of one of its realms \
             (--realm), or with a key in a file (--key, --secret-file). Whatever is said of the user stands in the token, or \
             there is none.",
        )
        .after_help("Exit codes:\n  0  the token is on the standard output\n  2  the configuration or the command line is wrong")
        .arg(option("user", "USER", "The user (claim sub) [default: nobody]"))
        .arg(option("template", "NAME", "A template of issuer.templates").group("by"))
        .arg(option("realm", "NAME", "A realm of the configuration, whose secret signs").group("by"))
        .arg(option("key", "FILE", "A private key: PEM, a JWK, or a JWK in base64").group("by"))
        .arg(option("secret-file", "FILE", "A file with a secret").group("by"))
        .arg(config_argument())
        .arg(
            option("algorithm", "ALG", "The algorithm, as in PS256 [default: the usual one of the key]")
                .conflicts_with("template"),
        )
        .arg(option("ttl", "TIME", "How long it lives, as in 10m [default: 1h, or as the template has it]"))
        .arg(option("channel", "CHANNEL", "Makes it a subscription token for this channel"))
        .arg(option("name", "NAME", "The name to show"))
        .arg(option("organisation", "NAME", "The organisation"))
        .arg(option("session", "SID", "The login session, by which it can be revoked"))
        .arg(again("role", "ROLE", "A role; may come again"))
        .arg(option("issuer", "ISS", "The claim iss"))
        .arg(again("audience", "AUD", "The claim aud; may come again"))
        .arg(again("claim", "NAME=VALUE", "Any other claim; the value is JSON, or else a text; may come again"))
        .arg(
            Arg::new("no-expiry")
                .long("no-expiry")
                .action(ArgAction::SetTrue)
                .conflicts_with_all(["template", "ttl"])
                .help("It never ends"),
        )
        .arg(json_flag())
}

/// Makes it.
///
/// # Errors
/// When it cannot be made, or not be written.
pub fn run(matches: &ArgMatches, variables: Vec<(String, String)>) -> Done<()> {
    let now = Clock::start().now().unix;
    let lifetime = match text(matches, "ttl") {
        Some(written) => Some(units::duration(written).ok_or_else(|| {
            format!("--ttl {written}: write a number and its unit, such as 90s, 30m, 2h or 24h")
        })?),
        None => None,
    };
    let (token, expires) = if let Some(name) = text(matches, "template") {
        let bench = Bench::of(matches, variables, None)?;
        let signing = bench.settings.issuing.templates.get(name);
        let signing = signing.ok_or_else(|| format!("there is no template {name:?} in issuer.templates"))?;
        let bearer = bearer(matches, None);
        let mut template = signing.template.clone();
        check_said(&template, &bearer, matches)?;
        template.lifetime = lifetime.unwrap_or(template.lifetime);
        let given = given(matches)?.into_iter().chain(channel(matches));
        for (name, claim) in given {
            put(&mut template.claims, name, claim);
        }
        template.issue(signing.issuer.key(), &bearer, now, rand::random())
    } else {
        let Signs { key, bearer, realm } = signs(matches, variables)?;
        let claims = realm.as_ref().map(|realm| realm.claims.clone());
        let template = free(matches, lifetime.unwrap_or(LIFETIME), claims, &bearer)?;
        let issued = template.issue(&key, &bearer, now, rand::random());
        if let Some(realm) = realm {
            realm.judge(&issued.0, text(matches, "channel").is_some())?;
        }
        issued
    };
    if matches.get_flag("json") {
        let expires = Some(expires).filter(|_| !matches.get_flag("no-expiry"));
        let end = expires.map(|expires| expires.0);
        say(json!({ "token": token, "expires": end, "until": expires.map(utc) }))
    } else {
        say(token)
    }
}

/// Who is meant; without a word about it he belongs to the realm's own organisation.
fn bearer(matches: &ArgMatches, realm: Option<&Realm>) -> Identity {
    let own = realm.and_then(Realm::organisation).cloned();
    let organisation = match (text(matches, "organisation"), own) {
        (None, Some(own)) => own,
        (given, _) => organisation_of_the_operator(given),
    };
    Identity {
        user: UserId::new(text(matches, "user").unwrap_or_default()),
        name: text(matches, "name").map(Into::into),
        roles: texts(matches, "role").map(Into::into).collect(),
        credential: Credential { session: text(matches, "session").map(Into::into), ..Credential::default() },
        ..Identity::anonymous("command line".into(), organisation)
    }
}

/// What was said of the user and would not stand in the token: nobody shall think that it does.
fn check_said(template: &Template, bearer: &Identity, matches: &ArgMatches) -> Result<(), String> {
    let says_organisation = template.claims.iter().any(|(_, claim)| *claim == Claim::Organisation);
    let organisation = text(matches, "organisation").filter(|_| !says_organisation).map(|_| "organisation");
    template.leaves_out(bearer).or(organisation).map_or(Ok(()), |what| Err(unsaid(what)))
}

fn unsaid(what: &str) -> String {
    format!("no claim of the token says the {what}: write it out, as in --claim NAME=VALUE")
}

/// Who signs a token that follows no template.
struct Signs {
    key: SigningKey,
    bearer: Identity,
    /// For whom; `None`: nobody that is known here.
    realm: Option<ForRealm>,
}

/// The realm that a token is for.
struct ForRealm {
    bench: Bench,
    name: String,
    /// What it wants in its tokens.
    claims: Claims,
}

impl ForRealm {
    /// Warns where the realm itself would refuse what was made. Such a token may be wanted, to see what comes of it.
    fn judge(&self, token: &str, is_subscription: bool) -> Result<(), String> {
        let judged = Judged::by_realm(&self.bench, &self.name, token, is_subscription)?;
        if let Some(rejection) = judged.rejection() {
            let reason = rejection.refusal.reason();
            let (name, rule, what) = (&self.name, reason.label(), advice(reason));
            warn(format_args!("realm {name:?} refuses this token: {reason} ({rule})\nwhat to do: {what}"));
        }
        Ok(())
    }
}

const HOW: &str =
    "say how it is signed: by --template or --realm and --config, by --key, or by --secret-file";

fn signs(matches: &ArgMatches, variables: Vec<(String, String)>) -> Result<Signs, String> {
    let of_file = |key| Signs { key, bearer: bearer(matches, None), realm: None };
    let algorithm = match text(matches, "algorithm") {
        Some(name) => Some(Algorithm::from_name(name).ok_or_else(|| format!("{name:?} is no algorithm"))?),
        None => None,
    };
    if let Some(path) = text(matches, "key") {
        let key = SigningKey::read(&read(path)?, algorithm);
        return key.map(of_file).map_err(|fault| format!("{path}: {fault}"));
    }
    if let Some(path) = text(matches, "secret-file") {
        let secret = Secret::from(read(path)?.trim_end_matches(['\r', '\n']));
        let key = SigningKey::secret(&secret, algorithm);
        return key.map(of_file).map_err(|fault| format!("{path}: {fault}"));
    }
    let named = text(matches, "realm");
    if named.is_none() && !is_configured(matches, &variables) {
        return Err(HOW.into());
    }
    let bench = Bench::of(matches, variables, named)?;
    let realms = &bench.settings.realms.realms;
    let realm = match named {
        Some(name) => realms.iter().find(|realm| realm.name == name).ok_or_else(|| {
            let known: Vec<_> = realms.iter().map(|realm| realm.name.as_str()).collect();
            format!("there is no realm {name:?}; there are {}", known.join(", "))
        }),
        None => realms.iter().find(|realm| secret(realm).is_some()).ok_or_else(|| HOW.into()),
    }?;
    let secret = secret(realm).ok_or_else(|| {
        format!("realm {:?} has no secret, and its private key is its provider's: {HOW}", realm.name)
    })?;
    let key = SigningKey::secret(secret, algorithm).map_err(|fault| fault.to_string())?;
    let built = bench.realms.get(&realm.name).ok_or(HOW)?;
    let bearer = bearer(matches, Some(built));
    let said = built.mint_claims(&bearer).map_err(unsaid)?;
    let said = said.into_iter().map(|(name, value)| (name.into(), Claim::Fixed(value)));
    let claims = wanted(realm).into_iter().chain(said).collect();
    let name = realm.name.clone();
    Ok(Signs { key, bearer, realm: Some(ForRealm { bench, name, claims }) })
}

fn secret(realm: &RealmConfig) -> Option<&Secret> {
    realm.keys.iter().find_map(|key| match &key.material {
        KeyMaterial::Secret(secret) => Some(secret),
        KeyMaterial::PublicKey { .. } | KeyMaterial::Jwk(_) => None,
    })
}

/// Issuer and audience, as the realm wants them.
fn wanted(realm: &RealmConfig) -> Claims {
    let first = |texts: &[String]| texts.first().map(|text| Claim::Fixed(text.as_str().into()));
    let mut claims: Claims = Vec::new();
    claims.extend(first(&realm.issuer.exact).map(|claim| ("iss".into(), claim)));
    claims.extend(first(&realm.audience.exact).map(|claim| ("aud".into(), claim)));
    claims
}

/// A token without a template: the registered claims, what a realm wants, and what was given.
fn free(
    matches: &ArgMatches,
    lifetime: Duration,
    of_realm: Option<Claims>,
    bearer: &Identity,
) -> Result<Template, String> {
    let is_of_realm = of_realm.is_some();
    let usual = || vec![("name".into(), Claim::Name), ("sid".into(), Claim::Session)];
    let mut claims = of_realm.unwrap_or_else(usual);
    let mut put = |name: &str, claim| put(&mut claims, name.into(), claim);
    put("sub", Claim::User);
    put("iat", Claim::IssuedAt);
    if !matches.get_flag("no-expiry") {
        put("exp", Claim::Expiry);
    }
    put("jti", Claim::Id);
    for (name, claim) in given(matches)?.into_iter().chain(channel(matches)) {
        put(&name, claim);
    }
    let template = Template { head: Head { typ: true, kid: true }, lifetime, claims };
    if !is_of_realm {
        check_said(&template, bearer, matches)?;
    }
    Ok(template)
}

/// What is said later counts.
fn put(claims: &mut Claims, name: Box<str>, claim: Claim) {
    match claims.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => *known = claim,
        None => claims.push((name, claim)),
    }
}

fn channel(matches: &ArgMatches) -> Option<(Box<str>, Claim)> {
    text(matches, "channel").map(|channel| ("channel".into(), Claim::Fixed(channel.into())))
}

/// Issuer, audiences, and claims that were written out.
fn given(matches: &ArgMatches) -> Result<Claims, String> {
    let mut claims: Claims = Vec::new();
    claims.extend(text(matches, "issuer").map(|text| ("iss".into(), Claim::Fixed(text.into()))));
    let audiences: Vec<_> = texts(matches, "audience").collect();
    match audiences.as_slice() {
        [] => {}
        [one] => claims.push(("aud".into(), Claim::Fixed((*one).into()))),
        several => claims.push(("aud".into(), Claim::Fixed(json!(several)))),
    }
    for written in texts(matches, "claim") {
        let (name, value) =
            written.split_once('=').ok_or_else(|| format!("--claim {written}: write NAME=VALUE"))?;
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        claims.push((name.into(), Claim::Fixed(value)));
    }
    Ok(claims)
}
