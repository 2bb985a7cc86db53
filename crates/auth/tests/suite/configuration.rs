//! What a realm's builder complains about, and what it warns of.

use vestibule_auth::config::{Fault, MAX_KEYS};
use vestibule_auth::{
    Algorithm, ClaimsConfig, ConfigError, Expected, Family, KeyConfig, Preset, PublicKeyFault, RealmConfig,
    RealmsConfig, Warning,
};
use vestibule_model::OrganisationId;

use crate::support::{SECRET, built_realm, lenient, minutes, pem, strict};

fn complaints(config: RealmConfig) -> Vec<(String, Fault)> {
    let errors = config.build().expect_err("a bad configuration");
    errors.into_iter().map(|error| (error.field, error.fault)).collect()
}

#[test]
fn a_good_realm_has_no_warnings() {
    let (realm, warnings) = built_realm(strict());
    assert_eq!((realm.name(), realm.organisation().map(OrganisationId::as_str)), ("strict", Some("default")));
    assert_eq!(warnings, []);
}

#[test]
fn clocks_are_reckoned_to_differ_also_where_no_token_is_refused_for_it() {
    let skew = |config: RealmConfig| built_realm(config).0.clock_skew().as_secs();
    assert_eq!((skew(strict()), skew(lenient())), (30, 30));
    assert_eq!(skew(RealmConfig { leeway: Some(minutes(1)), ..lenient() }), 60);
    assert_eq!(skew(RealmConfig { leeway: Some(minutes(0)), ..strict() }), 0, "none is taken that is ahead");
    let life = |config: RealmConfig| built_realm(config).0.longest_life().map(|life| life.as_secs());
    assert_eq!(life(lenient()), None);
    let hour = |realm| RealmConfig { longest_lifetime: Some(minutes(60)), ..realm };
    assert_eq!((life(hour(strict())), life(hour(lenient()))), (Some(3_600 + 3 * 30), Some(3_600 + 30)));
}

#[test]
fn all_complaints_come_at_once_and_say_where() {
    let config = RealmConfig {
        organisation: "".into(),
        keys: vec![KeyConfig::secret(""), KeyConfig::secret(SECRET), KeyConfig::public_key("nonsense")],
        issuer: Expected { exact: vec!["a".into()], pattern: Some("^b$".into()) },
        audience: Expected::matching("^(a$"),
        claims: ClaimsConfig { user: Some("a..b".into()), ..ClaimsConfig::default() },
        leeway: Some(minutes(2)),
        ..RealmConfig::new("", Preset::Centrifugo)
    };
    let complaints = complaints(config);
    let fields: Vec<&str> = complaints.iter().map(|(field, _)| field.as_str()).collect();
    let expected =
        ["name", "organisation", "keys[0]", "keys[2]", "leeway", "issuer", "audience", "user_claim"];
    assert_eq!(fields, expected);
    assert!(matches!(complaints[6].1, Fault::Pattern(_)));
}

#[test]
fn a_short_secret_is_an_error_in_a_strict_realm_and_a_warning_in_a_lenient_one() {
    let with = |preset, secret: &str| RealmConfig::new("r", preset).with_key(KeyConfig::secret(secret));
    assert_eq!(complaints(with(Preset::Static, "secret")), [("keys[0]".into(), Fault::ShortSecret(6))]);
    assert_eq!(built_realm(with(Preset::Static, &"x".repeat(32))).1, []);
    let (_, warnings) = built_realm(with(Preset::Centrifugo, "secret"));
    assert_eq!(warnings, [Warning::ShortSecret { realm: "r".into(), key: 0, bytes: 6 }]);
}

#[test]
fn a_key_that_is_no_secret_is_none_even_where_any_secret_will_do() {
    let jwk = r#" {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let openssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@here";
    for key in [pem!("rsa.pub.pem"), pem!("rsa.crt.pem"), pem!("p256.pem"), jwk, openssh] {
        for preset in [Preset::Static, Preset::Centrifugo] {
            let config = RealmConfig::new("r", preset).with_key(KeyConfig::secret(key));
            assert_eq!(complaints(config), [("keys[0]".into(), Fault::KeyForSecret)], "{key}");
        }
    }
    let text = r#"{"a": "text that merely looks like JSON, and is long enough"}"#;
    assert_eq!(built_realm(RealmConfig::new("r", Preset::Static).with_key(KeyConfig::secret(text))).1, []);
}

#[test]
fn tokens_for_any_application_of_a_provider_are_taken_only_where_that_is_said() {
    for preset in [Preset::Oidc, Preset::Keycloak] {
        let open = || RealmConfig {
            issuer: Expected::exactly("https://id.example"),
            ..RealmConfig::new("r", preset)
        };
        assert_eq!(complaints(open()), [("audience".into(), Fault::NoAudience)], "{preset:?}");
        let (_, warnings) =
            built_realm(RealmConfig { accept_tokens_made_for_any_application: true, ..open() });
        assert_eq!(warnings, [Warning::AnyClient { realm: "r".into() }]);
        let closed = [
            RealmConfig { audience: Expected::exactly("app"), ..open() },
            RealmConfig { audience: Expected::matching("^app-"), ..open() },
            RealmConfig { clients: vec!["app".into()], ..open() },
        ];
        for config in closed {
            assert!(config.build().is_ok(), "{preset:?}");
        }
    }
}

#[test]
fn a_discovery_document_cannot_speak_for_a_pattern_of_issuers() {
    let realm = || {
        let mut config = RealmConfig::new("r", Preset::Oidc);
        config.issuer = Expected::matching("^https://[a-z]+[.]example$");
        config.audience = Expected::exactly("app");
        config
    };
    let mut discovered = realm();
    discovered.published.discovery_url = Some("https://id.example/.well-known/openid-configuration".into());
    assert_eq!(complaints(discovered), [("discovery_url".into(), Fault::DiscoveryOfPattern)]);
    let mut given = realm();
    given.published.jwks_url = Some("https://id.example/jwks".into());
    assert!(given.build().is_ok());
}

#[test]
fn an_id_of_a_client_that_binds_nothing_is_refused() {
    let config = RealmConfig { client_id: Some("app".into()), ..strict() };
    assert_eq!(complaints(config), [("client_id".into(), Fault::IdleClient)]);
}

#[test]
fn an_unusable_public_key_is_refused_with_its_reason() {
    let with = |pem: &str| RealmConfig::new("r", Preset::Centrifugo).with_key(KeyConfig::public_key(pem));
    for (pem, fault) in [
        ("", PublicKeyFault::NotPem),
        (pem!("rsa.pem"), PublicKeyFault::PrivateKey),
        (pem!("rsa_weak.pub.pem"), PublicKeyFault::RsaSize(1024)),
        (pem!("rsa_exponent_3.pub.pem"), PublicKeyFault::RsaExponent),
        (pem!("secp256k1.pub.pem"), PublicKeyFault::Unsupported),
    ] {
        assert_eq!(complaints(with(pem)), [("keys[0]".into(), Fault::PublicKey(fault))]);
    }
}

#[test]
fn a_public_key_has_to_be_of_the_family_that_was_asked_for() {
    let with = |family, pem: &str| {
        RealmConfig::new("r", Preset::Centrifugo).with_key(KeyConfig::public_key_of(family, pem))
    };
    assert_eq!(built_realm(with(Family::Rsa, pem!("rsa.pub.pem"))).1, []);
    assert_eq!(built_realm(with(Family::Ec, pem!("p521.pub.pem"))).1, []);
    let fault = Fault::WrongFamily { expected: Family::Rsa, found: Family::Ec };
    assert_eq!(complaints(with(Family::Rsa, pem!("p256.pub.pem"))), [("keys[0]".into(), fault)]);
}

#[test]
fn a_key_that_no_allowed_algorithm_uses_is_an_error_and_an_algorithm_without_a_key_a_warning() {
    let realm = |algorithms: &[Algorithm]| RealmConfig { algorithms: Some(algorithms.to_vec()), ..lenient() };
    assert_eq!(complaints(realm(&[Algorithm::Rs256])), [("keys[0]".into(), Fault::IdleKey)]);
    let (_, warnings) = built_realm(realm(&[Algorithm::Hs256, Algorithm::Rs256]));
    assert_eq!(warnings, [Warning::NoKeyFor { realm: "lenient".into(), algorithm: Algorithm::Rs256 }]);
}

#[test]
fn a_realm_without_keys_is_legal_and_warned_of() {
    let (_, warnings) = built_realm(RealmConfig::new("r", Preset::Static));
    assert_eq!(warnings, [Warning::NoKeys { realm: "r".into() }]);
}

#[test]
fn the_number_of_keys_is_bounded() {
    let keys = vec![KeyConfig::secret(SECRET); MAX_KEYS + 1];
    let config = RealmConfig { keys, ..RealmConfig::new("r", Preset::Static) };
    assert_eq!(complaints(config), [("keys".into(), Fault::TooManyKeys(MAX_KEYS + 1))]);
}

#[test]
fn a_pattern_that_is_not_anchored_is_warned_of() {
    let config = RealmConfig { issuer: Expected::matching("id.example"), ..strict() };
    assert_eq!(
        built_realm(config).1,
        [Warning::LoosePattern { realm: "strict".into(), field: "issuer".into() }]
    );
}

#[test]
fn all_realms_complain_together_and_have_names_of_their_own() {
    let claims = ClaimsConfig { user: Some(String::new()), ..ClaimsConfig::default() };
    let one = RealmConfig { claims, ..lenient() };
    let other = RealmConfig { leeway: Some(minutes(2)), name: "lenient".into(), ..strict() };
    let errors = RealmsConfig { realms: vec![one, other] }.build().expect_err("a bad configuration");
    let error = |field: &str, fault| ConfigError { realm: "lenient".into(), field: field.into(), fault };
    assert_eq!(
        errors,
        [
            error("user_claim", Fault::ClaimPath),
            error("name", Fault::Twice),
            error("leeway", Fault::LeewayTooLong),
        ]
    );
}

#[test]
fn no_secret_is_printed() {
    let config = RealmConfig::new("r", Preset::Static).with_key(KeyConfig::secret("do-not-print-me"));
    assert!(!format!("{config:?}").contains("do-not-print-me"));
    let errors = config.build().expect_err("a short secret");
    assert!(!format!("{errors:?} {}", errors[0]).contains("do-not-print-me"));
}
