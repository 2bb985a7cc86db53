//! Tokens that the house issues, as they are written, and what that makes of routes and templates.
//!
//! - `options`: their keys; `signing`: keys that sign, here or in files; `claims`: what a template says.

mod claims;
mod options;
mod signing;

use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::Uri;
use vestibule_auth::issue::{Claim, Head, Issuer, Template};
use vestibule_auth::{Algorithm, RealmsConfig, TrustConfig};

use crate::api::{ExchangeSettings, IssuingSettings, Service, Signing};
use crate::config::plan::check_trust;
use crate::config::written::Notes;
use crate::config::written::outline::join;
use crate::transport::Origins;

pub use options::IssuerOptions;
use options::{HandshakeOptions, RealtimeOptions};
use signing::{KeyTexts, issuer_of};

/// How long the token for a handshake lives: the handshake is all that it is for.
const HANDSHAKE: Duration = Duration::from_secs(60);

/// How long a token for Supabase Realtime lives.
const REALTIME: Duration = Duration::from_secs(3600);

/// What opens the route of handshakes, if it is given.
const HANDSHAKE_OPENS: [&str; 6] =
    ["enabled", "private_key", "private_key_file", "issuer", "audience", "base_url"];

/// What opens the route of Supabase Realtime.
const REALTIME_OPENS: [&str; 3] = ["enabled", "secret", "secret_file"];

/// Everything that the house issues.
pub fn issuing(written: &IssuerOptions, realms: &RealmsConfig, notes: &mut Notes) -> IssuingSettings {
    let mut exchanges = Vec::new();
    exchanges.extend(handshake(&written.handshake, realms, notes));
    exchanges.extend(realtime(&written.realtime, realms, notes));
    for exchange in &exchanges {
        let at = match exchange.service {
            Service::Handshake { .. } => "issuer.handshake",
            Service::Realtime => "issuer.realtime",
        };
        check_trust(realms, &join(at, "realms"), &exchange.trust, notes);
        if let Err(error) = Origins::new(&exchange.allowed_origins) {
            notes.complain(&join(at, "allowed_origins"), error.to_string());
        }
    }
    IssuingSettings { exchanges, templates: signing::templates(written, notes) }
}

/// A route that lacks something keeps the house from being ready. What has opened the route may be a variable that was
/// meant for something else.
pub fn warnings(settings: &IssuingSettings, notes: &Notes) -> Vec<String> {
    let warning = |exchange: &ExchangeSettings| {
        let missing = exchange.lacks()?;
        let (at, keys) = match exchange.service {
            Service::Handshake { .. } => ("issuer.handshake", &HANDSHAKE_OPENS[..]),
            Service::Realtime => ("issuer.realtime", &REALTIME_OPENS[..]),
        };
        let opener = |key: &&str| {
            let key = join(at, key);
            notes.origin(&key).map(|origin| format!("{key} ({origin})"))
        };
        let openers: Vec<_> = keys.iter().filter_map(opener).collect();
        Some(format!(
            "{missing}; until then /readyz says 503. The route is there because of {}; {at}.enabled = false takes it away",
            openers.join(", ")
        ))
    };
    settings.exchanges.iter().filter_map(warning).collect()
}

/// All public keys of a house stand in one document, where each is found by its name.
pub fn check_names<'a>(issuers: impl IntoIterator<Item = &'a Issuer>, notes: &mut Notes) {
    if let Some(kid) = Issuer::namesake(issuers) {
        notes.complain("issuer", format!("two different keys are called {kid:?}: give one another kid"));
    }
}

fn handshake(
    written: &HandshakeOptions,
    realms: &RealmsConfig,
    notes: &mut Notes,
) -> Option<ExchangeSettings> {
    let at = "issuer.handshake";
    let keys = [
        ("private_key", written.private_key.is_some()),
        ("private_key_file", !written.private_key_file.is_empty()),
        ("issuer", !written.issuer.is_empty()),
        ("audience", !written.audience.is_empty()),
        ("base_url", !written.base_url.is_empty()),
    ];
    if !written.enabled.unwrap_or(begun(at, &keys, notes)) {
        return None;
    }
    let texts = KeyTexts {
        inline: &written.private_key,
        file: &written.private_key_file,
        previous: &written.previous_key_files,
    };
    let issuer = issuer_of(at, "private_key", texts, Some(Algorithm::Rs256), notes);
    let given =
        |key: &str, text: &str| if text.is_empty() { Err(join(at, key)) } else { Ok(text.to_owned()) };
    let parts = (given("issuer", &written.issuer), given("audience", &written.audience));
    let base_url = given("base_url", written.base_url.trim_end_matches('/'));
    if let Ok(address) = &base_url {
        notes.check(is_base(address), &join(at, "base_url"), "must be a ws or wss address without a query");
    }
    let signing = match (issuer, parts, &base_url) {
        (Some(issuer), (Ok(iss), Ok(aud)), Ok(_)) => {
            Ok(Signing { issuer, template: handshake_template(iss, aud) })
        }
        (issuer, (iss, aud), base_url) => {
            let key = issuer.is_none().then(|| join(at, "private_key"));
            let rest = [iss.err(), aud.err(), base_url.as_ref().err().cloned()];
            Err(key.into_iter().chain(rest.into_iter().flatten()).collect())
        }
    };
    Some(ExchangeSettings {
        service: Service::Handshake { base_url: base_url.unwrap_or_default() },
        signing,
        trust: trust(&written.realms, realms),
        per_minute: count(at, "per_minute", written.per_minute, notes),
        guesses: count(at, "guesses", written.guesses, notes),
        allowed_origins: written.allowed_origins.clone(),
    })
}

/// Whether somebody wants the route: one of these keys says something, or a variable names it that says nothing, for
/// that is how a secret looks that was lost.
fn begun(at: &str, keys: &[(&str, bool)], notes: &Notes) -> bool {
    keys.iter().any(|(key, says_something)| *says_something || notes.is_a_variable(&join(at, key)))
}

/// Both names of the user say the same, and the room checks that.
fn handshake_template(issuer: String, audience: String) -> Template {
    let claims = [
        ("iss", Claim::Fixed(issuer.into())),
        ("aud", Claim::Fixed(audience.into())),
        ("sub", Claim::User),
        ("userId", Claim::User),
        ("orgId", Claim::Organisation),
        ("role", Claim::Role),
        ("iat", Claim::IssuedAt),
        ("exp", Claim::Expiry),
        ("jti", Claim::Id),
        ("sid", Claim::Session),
    ];
    template(Head { typ: true, kid: true }, HANDSHAKE, claims)
}

/// Whether rooms can be below that address.
fn is_base(address: &str) -> bool {
    let Ok(uri) = address.parse::<Uri>() else { return false };
    matches!(uri.scheme_str(), Some("ws" | "wss")) && !address.contains(['?', '#'])
}

fn realtime(written: &RealtimeOptions, realms: &RealmsConfig, notes: &mut Notes) -> Option<ExchangeSettings> {
    let at = "issuer.realtime";
    let keys = [("secret", written.secret.is_some()), ("secret_file", !written.secret_file.is_empty())];
    if !written.enabled.unwrap_or(begun(at, &keys, notes)) {
        return None;
    }
    let issuer = signing::issuer_of_foreign_secret(at, &written.secret, &written.secret_file, realms, notes);
    let template = realtime_template(&written.issuer);
    Some(ExchangeSettings {
        service: Service::Realtime,
        signing: issuer.map(|issuer| Signing { issuer, template }).ok_or_else(|| vec![join(at, "secret")]),
        trust: trust(&written.realms, realms),
        per_minute: count(at, "per_minute", written.per_minute, notes),
        guesses: count(at, "guesses", written.guesses, notes),
        allowed_origins: written.allowed_origins.clone(),
    })
}

/// The role is that of every user, whatever roles the bearer has elsewhere: the secret could sign for any.
fn realtime_template(issuer: &str) -> Template {
    let claims = [
        ("iss", Claim::Fixed(issuer.into())),
        ("aud", Claim::Fixed("authenticated".into())),
        ("sub", Claim::User),
        ("role", Claim::Fixed("authenticated".into())),
        ("user_id", Claim::User),
        ("org_id", Claim::Organisation),
        ("iat", Claim::IssuedAt),
        ("exp", Claim::Expiry),
    ];
    template(Head { typ: true, kid: false }, REALTIME, claims)
}

fn template<const N: usize>(head: Head, lifetime: Duration, claims: [(&str, Claim); N]) -> Template {
    Template {
        head,
        lifetime,
        claims: claims.into_iter().map(|(name, claim)| (name.into(), claim)).collect(),
    }
}

/// Those that are named, or all that there are: other doors may bring realms of their own later.
fn trust(named: &[String], all: &RealmsConfig) -> TrustConfig {
    let all = || all.realms.iter().map(|realm| realm.name.clone()).collect();
    TrustConfig { realms: if named.is_empty() { all() } else { named.to_vec() }, allow_no_token: false }
}

fn count(at: &str, key: &str, count: u32, notes: &mut Notes) -> NonZeroU32 {
    notes.check(count > 0, &join(at, key), "must be more than 0");
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use vestibule_auth::issue::SigningKey;
    use vestibule_model::{Credential, Identity, OrganisationId, UnixSeconds, UserId};

    use super::*;
    use crate::api::organisation_of_the_operator;

    const NOW: UnixSeconds = UnixSeconds(1_795_224_441);

    fn bearer(user: &str, organisation: &str, role: &str) -> Identity {
        let organisation: OrganisationId = organisation_of_the_operator(Some(organisation));
        Identity {
            user: UserId::new(user),
            roles: vec![role.into()],
            credential: Credential { session: Some("session_01".into()), ..Credential::default() },
            ..Identity::anonymous("provider".into(), organisation)
        }
    }

    /// A token's header and payload.
    fn parts(template: &Template, key: &SigningKey, bearer: &Identity) -> [String; 2] {
        let (token, _) = template.issue(key, bearer, NOW, [0; 16]);
        [0, 1].map(|part| {
            let part = token.split('.').nth(part).unwrap();
            String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        })
    }

    #[test]
    fn a_handshake_token_is_what_the_room_checks_to_the_letter() {
        let key = SigningKey::read(include_str!("../../../../auth/tests/keys/rsa.pem"), None).unwrap();
        let template = handshake_template("mint".into(), "rooms".into());
        let [header, payload] = parts(&template, &key, &bearer("user_01", "org_01", "admin"));
        assert_eq!(header, format!(r#"{{"alg":"RS256","typ":"JWT","kid":"{}"}}"#, key.kid().unwrap()));
        assert_eq!(
            payload,
            r#"{"iss":"mint","aud":"rooms","sub":"user_01","userId":"user_01","orgId":"org_01","role":"admin","iat":1795224441,"exp":1795224501,"jti":"AAAAAAAAAAAAAAAAAAAAAA","sid":"session_01"}"#
        );
    }

    #[test]
    fn a_realtime_token_has_the_role_of_every_user_and_numbers_as_texts() {
        let key = SigningKey::secret(&"the secret of the project, long enough".into(), None).unwrap();
        let template = realtime_template("qubital-backend");
        let [header, payload] = parts(&template, &key, &bearer("30", "45", "service_role"));
        assert_eq!(header, r#"{"alg":"HS256","typ":"JWT"}"#);
        assert_eq!(
            payload,
            r#"{"iss":"qubital-backend","aud":"authenticated","sub":"30","role":"authenticated","user_id":"30","org_id":"45","iat":1795224441,"exp":1795228041}"#
        );
    }

    #[test]
    fn rooms_are_below_an_address_of_web_sockets() {
        assert!(is_base("wss://ws.example.com/office") && is_base("ws://localhost:8000"));
        for address in ["ws.example.com", "https://ws.example.com", "wss://ws.example.com/?a=b", "wss://"] {
            assert!(!is_base(address), "{address}");
        }
    }
}
