//! Tokens that somebody might try who has tokens of the same provider, or can put keys where the provider's are: other
//! kinds of tokens, other applications', other tenants', and keys that are none. Each is refused for its own reason.

use jsonwebtoken::{Algorithm as Signer, EncodingKey};
use serde_json::{Value, json};
use vestibule_auth::issue::SigningKey;
use vestibule_auth::jwks::KeyDocument;
use vestibule_auth::{
    Algorithm, AllowedOrganisations, ClaimsConfig, Expected, KeyConfig, OrganisationConfig, Preset,
    RealmConfig, Reason, TrustConfig, Verdict,
};
use vestibule_model::{Moment, UnixSeconds};

use crate::support::{NOW, SECRET, at, b64, built, hmac, pem};

const ISSUER: &str = "https://id.example";

/// A name for the failure message, what the claims say otherwise, and the reason.
type Attempt = (&'static str, Value, Reason);

/// A token of the provider's key of that name.
fn signed(kid: Option<&str>, claims: &Value) -> String {
    signed_by(pem!("p256.pem"), Signer::ES256, "ES256", kid, claims)
}

fn signed_by(pem: &str, signer: Signer, alg: &str, kid: Option<&str>, claims: &Value) -> String {
    let mut header = json!({ "alg": alg, "typ": "JWT" });
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    let message = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let key = match signer {
        Signer::ES256 => EncodingKey::from_ec_pem(pem.as_bytes()),
        _ => EncodingKey::from_rsa_pem(pem.as_bytes()),
    };
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &key.expect("a key"), signer).expect("it signs");
    format!("{message}.{signature}")
}

fn public_jwk(pem: &str, kid: &str) -> Value {
    let key = SigningKey::read(pem, None).expect("a good key").named(kid);
    serde_json::from_str(&key.public_jwk().expect("a pair")).expect("JSON")
}

/// The reason for which a realm with these published keys refuses a token; `None`: it takes it.
fn refused(realm: &RealmConfig, keys: &[Value], token: &str, now: UnixSeconds) -> Option<Reason> {
    let realms = built(vec![realm.clone()]);
    let document = json!({ "keys": keys }).to_string();
    let document = KeyDocument::read(document.as_bytes()).expect("a document");
    for realm in realms.iter() {
        if let Some(published) = realm.published() {
            published.publish(&document, Moment::ZERO);
        }
    }
    let trust = realms.trust(&TrustConfig::default()).expect("one realm");
    match trust.connection(token, now) {
        Verdict::Settled(Ok(_)) => None,
        Verdict::Settled(Err(rejection)) | Verdict::Waits(_, rejection) => {
            Some(rejection.refusal.reason().clone())
        }
    }
}

fn with(claims: &Value, changes: &Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in changes.as_object().into_iter().flatten() {
        if value == "ABSENT" {
            claims.as_object_mut().expect("an object").remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

fn each_is_refused(realm: &RealmConfig, good: &Value, attempts: Vec<Attempt>) -> usize {
    let keys = [public_jwk(pem!("p256.pem"), "one")];
    assert_eq!(refused(realm, &keys, &signed(Some("one"), good), NOW), None, "the control");
    let count = attempts.len();
    for (name, changes, reason) in attempts {
        let token = signed(Some("one"), &with(good, &changes));
        assert_eq!(refused(realm, &keys, &token, NOW), Some(reason), "{name}");
    }
    count
}

fn provider(preset: Preset) -> RealmConfig {
    RealmConfig {
        issuer: Expected::exactly(ISSUER),
        algorithms: Some(vec![Algorithm::Es256]),
        ..RealmConfig::new("provider", preset)
    }
}

fn unequal(claim: &str) -> Reason {
    Reason::Unequal(claim.into())
}

fn forbidden(claim: &str) -> Reason {
    Reason::Forbidden(claim.into())
}

#[test]
fn keycloak_s_other_tokens_are_no_access_tokens() {
    let realm = RealmConfig {
        audience: Expected::exactly("gateway"),
        clients: vec!["app".into()],
        ..provider(Preset::Keycloak)
    };
    let good = json!({
        "iss": ISSUER, "aud": ["account", "gateway"], "sub": "u", "typ": "Bearer", "azp": "app", "sid": "s", "iat": at(0),
        "exp": at(300), "realm_access": { "roles": ["member"] },
    });
    let count = each_is_refused(
        &realm,
        &good,
        vec![
            ("an ID token", json!({ "typ": "ID" }), unequal("typ")),
            ("a refresh token", json!({ "typ": "Refresh" }), unequal("typ")),
            ("an offline token", json!({ "typ": "Offline" }), unequal("typ")),
            ("a logout token", json!({ "typ": "Logout" }), unequal("typ")),
            ("no kind at all", json!({ "typ": "ABSENT" }), unequal("typ")),
            ("the kind in another spelling", json!({ "typ": "bearer" }), unequal("typ")),
            ("the kind as a list", json!({ "typ": ["Bearer"] }), unequal("typ")),
            ("the default audience alone", json!({ "aud": "account" }), Reason::Audience),
            ("no audience", json!({ "aud": "ABSENT" }), Reason::Audience),
            ("the client for an audience", json!({ "aud": "app" }), Reason::Audience),
            ("another application's", json!({ "azp": "other" }), Reason::Client),
            ("of no application", json!({ "azp": "ABSENT" }), Reason::Client),
            ("a list of applications", json!({ "azp": ["app"] }), Reason::Client),
            ("a lightweight one", json!({ "sub": "ABSENT", "aud": "ABSENT" }), Reason::Lightweight),
            ("a lightweight one with an audience", json!({ "sub": "ABSENT" }), Reason::Lightweight),
            ("of another realm", json!({ "iss": format!("{ISSUER}/") }), Reason::Issuer),
            ("of the old path", json!({ "iss": "https://id.example/auth" }), Reason::Issuer),
            ("of the internal name", json!({ "iss": "http://keycloak:8080" }), Reason::Issuer),
            ("without an end", json!({ "exp": "ABSENT" }), Reason::ClaimMissing("exp")),
            ("for a year", json!({ "exp": at(31_536_000) }), Reason::Lifetime),
            ("roles that are none", json!({ "realm_access": { "roles": [1] } }), Reason::ClaimType("roles")),
            (
                "roles that are an object",
                json!({ "realm_access": { "roles": {} } }),
                Reason::ClaimType("roles"),
            ),
            ("a session that is a number", json!({ "sid": 7 }), Reason::ClaimType("session")),
        ],
    );
    assert_eq!(count, 23);
}

#[test]
fn supabase_s_keys_roles_and_guests_are_no_logins() {
    let organisation =
        OrganisationConfig::Claim { path: None, allowed: AllowedOrganisations::Listed(vec!["acme".into()]) };
    let realm =
        RealmConfig { organisation, ..provider(Preset::Supabase) }.with_key(KeyConfig::secret(SECRET));
    let realm = RealmConfig { algorithms: Some(vec![Algorithm::Es256, Algorithm::Hs256]), ..realm };
    let good = json!({
        "iss": ISSUER, "aud": "authenticated", "sub": "u", "role": "authenticated", "session_id": "s", "iat": at(0),
        "exp": at(3600), "is_anonymous": false, "app_metadata": { "tenant_id": "acme" }, "user_metadata": { "tenant_id": "evil" },
    });
    each_is_refused(
        &realm,
        &good,
        vec![
            ("the server's role", json!({ "role": "service_role" }), unequal("role")),
            ("the guests' role", json!({ "role": "anon" }), unequal("role")),
            ("no role", json!({ "role": "ABSENT" }), unequal("role")),
            ("a list of roles", json!({ "role": ["authenticated", "service_role"] }), unequal("role")),
            ("a guest", json!({ "is_anonymous": true }), Reason::AnonymousSignIn),
            (
                "a guest who says it in words",
                json!({ "is_anonymous": "true" }),
                Reason::ClaimType("is_anonymous"),
            ),
            (
                "an application of the project's own server",
                json!({ "client_id": "x" }),
                forbidden("client_id"),
            ),
            ("an ID token", json!({ "nonce": "n" }), forbidden("nonce")),
            ("an ID token by its hash", json!({ "at_hash": "h" }), forbidden("at_hash")),
            ("an ID token by the code's hash", json!({ "c_hash": "h" }), forbidden("c_hash")),
            ("a logout token", json!({ "events": {} }), forbidden("events")),
            ("no session", json!({ "session_id": "ABSENT" }), Reason::Required("session_id".into())),
            ("a session that is null", json!({ "session_id": null }), Reason::Required("session_id".into())),
            ("another audience", json!({ "aud": "anon" }), Reason::Audience),
            ("no audience", json!({ "aud": "ABSENT" }), Reason::Audience),
            ("another tenant", json!({ "app_metadata": { "tenant_id": "evil" } }), Reason::Organisation),
            (
                "no tenant but the one that the user wrote",
                json!({ "app_metadata": {} }),
                Reason::NoOrganisation,
            ),
            ("an empty tenant", json!({ "app_metadata": { "tenant_id": "" } }), Reason::NoOrganisation),
            (
                "a tenant with a NUL",
                json!({ "app_metadata": { "tenant_id": "acme\u{0}" } }),
                Reason::ClaimValue("organisation"),
            ),
            (
                "a tenant in another case",
                json!({ "app_metadata": { "tenant_id": "Acme" } }),
                Reason::Organisation,
            ),
            (
                "a tenant with a dot in the name",
                json!({ "app_metadata": {}, "app_metadata.tenant_id": "acme" }),
                Reason::NoOrganisation,
            ),
        ],
    );
    let anon =
        json!({ "iss": "supabase", "ref": "project", "role": "anon", "iat": at(0), "exp": at(315_360_000) });
    let message = format!("{}.{}", b64(r#"{"alg":"HS256","typ":"JWT"}"#), b64(anon.to_string()));
    let token = format!("{message}.{}", hmac(Signer::HS256, SECRET, &message));
    assert_eq!(refused(&realm, &[], &token, NOW), Some(Reason::Issuer), "the public key of the project");
}

#[test]
fn tokens_of_workos_for_others_are_not_for_us() {
    let organisation =
        OrganisationConfig::Claim { path: None, allowed: AllowedOrganisations::Listed(vec!["org_1".into()]) };
    let realm = RealmConfig {
        organisation,
        issuer: Expected::default(),
        client_id: Some("client_1".into()),
        claims: ClaimsConfig::default(),
        ..provider(Preset::Workos)
    };
    let good = json!({
        "iss": "https://api.workos.com/user_management/client_1", "sub": "user_1", "sid": "session_1", "jti": "1",
        "org_id": "org_1", "role": "admin", "client_id": "client_1", "iat": at(0), "exp": at(300),
    });
    // Whether the clients are listed, or the realm's own is the only one.
    for clients in [vec![], vec!["client_1".to_owned()]] {
        let realm = RealmConfig { clients, ..realm.clone() };
        each_is_refused(
            &realm,
            &good,
            vec![
                (
                    "another client's issuer",
                    json!({ "iss": "https://api.workos.com/user_management/client_2" }),
                    Reason::Issuer,
                ),
                (
                    "an issuer with more behind it",
                    json!({ "iss": "https://api.workos.com/user_management/client_1/x" }),
                    Reason::Issuer,
                ),
                ("an issuer in another scheme", json!({ "iss": "http://api.workos.com" }), Reason::Issuer),
                ("another client", json!({ "client_id": "client_2" }), Reason::Client),
                ("no organisation", json!({ "org_id": "ABSENT" }), Reason::NoOrganisation),
                ("another organisation", json!({ "org_id": "org_2" }), Reason::Organisation),
                (
                    "two organisations",
                    json!({ "org_id": ["org_1", "org_2"] }),
                    Reason::ClaimType("organisation"),
                ),
                (
                    "an organisation that is a number",
                    json!({ "org_id": 1 }),
                    Reason::ClaimType("organisation"),
                ),
            ],
        );
    }
    let keys = [public_jwk(pem!("p256.pem"), "one")];
    let silent = signed(Some("one"), &with(&good, &json!({ "client_id": "ABSENT" })));
    assert_eq!(
        refused(&realm, &keys, &silent, NOW),
        None,
        "older tokens do not say for which client they are"
    );
}

#[test]
fn a_token_of_workos_may_leave_out_its_client() {
    let realm = RealmConfig {
        issuer: Expected::default(),
        client_id: Some("client_1".into()),
        ..provider(Preset::Workos)
    };
    let claims = json!({
        "iss": "https://api.workos.com", "sub": "user_1", "sid": "session_1", "iat": at(0), "exp": at(300),
    });
    let keys = [public_jwk(pem!("p256.pem"), "one")];
    assert_eq!(refused(&realm, &keys, &signed(Some("one"), &claims), NOW), None);
}

#[test]
fn what_a_provider_calls_channel_is_its_own_affair() {
    let realm = RealmConfig { audience: Expected::exactly("app"), ..provider(Preset::Oidc) };
    let keys = [public_jwk(pem!("p256.pem"), "one")];
    let reason = |realm: &RealmConfig, channel: &Value| {
        let claims = json!({
            "iss": ISSUER, "aud": "app", "sub": "u", "iat": at(0), "exp": at(300), "channel": channel,
        });
        refused(realm, &keys, &signed(Some("one"), &claims), NOW)
    };
    for channel in [json!("mobile"), json!({ "id": 1 }), json!(null)] {
        assert_eq!(reason(&realm, &channel), None, "{channel}");
    }
    let speaking = RealmConfig { gateway_claims: Some(true), ..realm };
    assert_eq!(reason(&speaking, &json!("mobile")), Some(Reason::ChannelInConnectionToken));
}

#[test]
fn while_a_provider_publishes_no_key_nothing_can_be_told_of_a_token() {
    let realm = RealmConfig { audience: Expected::exactly("app"), ..provider(Preset::Oidc) };
    let claims = json!({ "iss": ISSUER, "aud": "app", "sub": "u", "iat": at(0), "exp": at(300) });
    let token = signed(Some("one"), &claims);
    assert_eq!(refused(&realm, &[], &token, NOW), Some(Reason::KeysUnavailable));
    let other = public_jwk(pem!("p256.pem"), "two");
    assert_eq!(refused(&realm, &[other], &token, NOW), Some(Reason::NoKey));
    let project = RealmConfig { algorithms: None, ..provider(Preset::Supabase) };
    let project = project.with_key(KeyConfig::secret(SECRET));
    assert_eq!(
        refused(&project, &[], &token, NOW),
        Some(Reason::NoKey),
        "a project with its old secret alone"
    );
}

#[test]
fn keys_that_are_none_sign_nothing() {
    let realm = RealmConfig {
        audience: Expected::exactly("app"),
        algorithms: Some(vec![Algorithm::Es256, Algorithm::Rs256]),
        published: vestibule_auth::PublishedConfig {
            jwks_url: Some("https://id.example/jwks".into()),
            ..Default::default()
        },
        ..provider(Preset::Oidc)
    };
    let claims = json!({ "iss": ISSUER, "aud": "app", "sub": "u", "iat": at(0), "exp": at(300) });
    let one = public_jwk(pem!("p256.pem"), "one");
    let changed = |changes: Value| with(&one, &changes);
    let token = |kid| signed(kid, &claims);
    let rsa = |kid| signed_by(pem!("rsa.pem"), Signer::RS256, "RS256", kid, &claims);
    let good = [one.clone(), public_jwk(pem!("rsa.pem"), "two")];
    assert_eq!(refused(&realm, &good, &token(Some("one")), NOW), None, "the control");
    assert_eq!(refused(&realm, &good, &rsa(Some("two")), NOW), None, "the control");
    let long = "k".repeat(2_000);
    let attempts: Vec<(&str, Vec<Value>, String, Reason)> = vec![
        ("a key for encryption", vec![changed(json!({ "use": "enc" }))], token(Some("one")), Reason::NoKey),
        (
            "a key that may sign",
            vec![changed(json!({ "key_ops": ["sign"] }))],
            token(Some("one")),
            Reason::NoKey,
        ),
        ("a private key", vec![changed(json!({ "d": "AAAA" }))], token(Some("one")), Reason::NoKey),
        (
            "a secret",
            vec![json!({ "kty": "oct", "kid": "one", "k": "AAAA" })],
            token(Some("one")),
            Reason::NoKey,
        ),
        ("another curve", vec![changed(json!({ "crv": "secp256k1" }))], token(Some("one")), Reason::NoKey),
        (
            "no point of the curve",
            vec![changed(json!({ "x": b64([1; 32]) }))],
            token(Some("one")),
            Reason::NoKey,
        ),
        (
            "the key of another algorithm",
            vec![changed(json!({ "alg": "ES384" }))],
            token(Some("one")),
            Reason::NoKey,
        ),
        (
            "two keys of one name",
            vec![one.clone(), public_jwk(pem!("rsa.pem"), "one")],
            token(Some("one")),
            Reason::NoKey,
        ),
        (
            "a key without a name",
            vec![changed(json!({ "kid": "ABSENT" }))],
            token(Some("one")),
            Reason::NoKey,
        ),
        ("a name that is a number", vec![changed(json!({ "kid": 1 }))], token(Some("one")), Reason::NoKey),
        ("no key of that name", vec![], token(Some("one")), Reason::NoKey),
        ("a name that nobody has", good.to_vec(), token(Some("three")), Reason::NoKey),
        ("the name of the other kind of key", good.to_vec(), token(Some("two")), Reason::NoKey),
        ("the other key under this name", good.to_vec(), rsa(Some("one")), Reason::NoKey),
        ("no name", good.to_vec(), token(None), Reason::NoKid),
        ("a name in another case", good.to_vec(), token(Some("ONE")), Reason::NoKey),
        ("a name that is a path", good.to_vec(), token(Some("../../one")), Reason::NoKey),
        ("a name that is a query", good.to_vec(), token(Some("one' OR '1'='1")), Reason::NoKey),
        ("an empty name", good.to_vec(), token(Some("")), Reason::NoKey),
        ("a name without an end", good.to_vec(), token(Some(&long)), Reason::HeaderType("kid")),
        (
            "another key under a good name",
            vec![public_jwk(pem!("p256.pem"), "one"), public_jwk(pem!("rsa_other.pem"), "two")],
            rsa(Some("two")),
            Reason::Signature,
        ),
    ];
    // One key is good, so that each is refused for what it is and not for want of any.
    let spare = public_jwk(pem!("p256.pem"), "spare");
    for (name, mut keys, token, reason) in attempts {
        keys.push(spare.clone());
        assert_eq!(refused(&realm, &keys, &token, NOW), Some(reason), "{name}");
    }
}
