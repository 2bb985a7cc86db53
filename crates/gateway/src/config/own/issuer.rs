//! Tokens that the house issues, as they are written, and what that makes of routes and templates.
//!
//! - `options`: their keys; `signing`: keys that sign, here or in files; `claims`: what a template says.

mod claims;
mod options;
mod signing;

use std::num::NonZeroU32;
use std::time::Duration;

use vestibule_auth::issue::{Claim, Head, Template};
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

fn handshake(
    written: &HandshakeOptions,
    realms: &RealmsConfig,
    notes: &mut Notes,
) -> Option<ExchangeSettings> {
    let at = "issuer.handshake";
    let texts = [&written.private_key_file, &written.issuer, &written.audience];
    let begun = written.private_key.is_some() || texts.iter().any(|text| !text.is_empty());
    if !written.enabled.unwrap_or(begun) {
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
        per_minute: per_minute(at, written.per_minute, notes),
        allowed_origins: written.allowed_origins.clone(),
    })
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

fn realtime(written: &RealtimeOptions, realms: &RealmsConfig, notes: &mut Notes) -> Option<ExchangeSettings> {
    let at = "issuer.realtime";
    let begun = written.secret.is_some() || !written.secret_file.is_empty();
    if !written.enabled.unwrap_or(begun) {
        return None;
    }
    let issuer = signing::issuer_of_secret(at, &written.secret, &written.secret_file, notes);
    let claims = [
        ("iss", Claim::Fixed(written.issuer.as_str().into())),
        ("aud", Claim::Fixed("authenticated".into())),
        ("sub", Claim::User),
        ("role", Claim::Fixed("authenticated".into())),
        ("user_id", Claim::User),
        ("org_id", Claim::Organisation),
        ("iat", Claim::IssuedAt),
        ("exp", Claim::Expiry),
    ];
    let template = template(Head { typ: true, kid: false }, REALTIME, claims);
    Some(ExchangeSettings {
        service: Service::Realtime,
        signing: issuer.map(|issuer| Signing { issuer, template }).ok_or_else(|| vec![join(at, "secret")]),
        trust: trust(&written.realms, realms),
        per_minute: per_minute(at, written.per_minute, notes),
        allowed_origins: written.allowed_origins.clone(),
    })
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

fn per_minute(at: &str, count: u32, notes: &mut Notes) -> NonZeroU32 {
    notes.check(count > 0, &join(at, "per_minute"), "must be more than 0");
    NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)
}
