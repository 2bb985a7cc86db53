//! Configurations that were written for Centrifugo: keys that take effect.

use std::time::Duration;

use vestibule::config::centrifugo::parse;
use vestibule_doors::centrifuge::rules::DataFormat;
use vestibule_doors::contract::RecoveryMode;
use vestibule_model::UnixSeconds;

use crate::{centrifugo, sources, wrong};

#[test]
fn an_empty_one_is_a_house_with_centrifugos_defaults() {
    let settings = centrifugo("{}").unwrap().settings;
    assert_eq!(settings.listen.port(), 8000);
    assert!(settings.listen.ip().is_unspecified());
    assert_eq!((settings.health, settings.metrics), (None, None));
    assert_eq!(settings.limits.message_size, 65_536);
    assert_eq!(settings.limits.queue_size, 1_048_576);
    let client = settings.centrifuge.rules.client;
    assert_eq!(client.ping_interval, Duration::from_secs(25));
    assert_eq!(client.channel_limit, 128);
    assert!(settings.realms.realms[0].keys.is_empty());
}

#[test]
fn keys_that_the_house_has_take_effect() {
    let settings = centrifugo(
        r#"{
            "http_server": {"address": "127.0.0.1", "port": "8123"},
            "client": {
                "allowed_origins": ["https://example.com"],
                "ping_interval": "10s", "pong_timeout": "3s", "channel_limit": 7, "queue_max_size": 1000,
                "connection_limit": 5, "user_connection_limit": 2, "connection_rate_limit": 3,
                "subscribe_to_user_personal_channel": {"enabled": true, "personal_channel_namespace": "own"}
            },
            "channel": {
                "history_meta_ttl": "100h", "publication_data_format": "json", "max_length": 20,
                "namespaces": [{"name": "own", "force_recovery_mode": "cache"}]
            },
            "rpc": {"ping": {"enabled": true}},
            "http_api": {"key": "api", "error_mode": "transport", "handler_prefix": "/server/"},
            "websocket": {"handler_prefix": "/ws", "message_size_limit": 100, "write_timeout": "5s"},
            "prometheus": {"enabled": true}, "health": {"enabled": true, "handler_prefix": "/up"},
            "node": {"name": "one"}, "shutdown": {"timeout": "3s"}
        }"#,
    )
    .unwrap()
    .settings;
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8123");
    assert_eq!(settings.connections.unwrap().get(), 5);
    assert_eq!(settings.connections_per_user.unwrap().get(), 2);
    assert_eq!(settings.connections_per_second.unwrap().get(), 3);
    assert_eq!((settings.limits.queue_size, settings.limits.message_size), (1_000, 100));
    assert_eq!(settings.limits.write_timeout, Duration::from_secs(5));
    assert_eq!(settings.centrifuge.path, "/ws");
    assert_eq!(settings.api.path, "/server");
    assert!(settings.api.errors_as_status);
    assert_eq!(settings.metrics.as_deref(), Some("/metrics"));
    assert_eq!(settings.health.as_deref(), Some("/up"));
    assert_eq!((settings.node.as_str(), settings.shutdown), ("one", Duration::from_secs(3)));
    let rules = settings.centrifuge.rules;
    assert_eq!(rules.client.pong_timeout, Some(Duration::from_secs(3)));
    assert_eq!(rules.client.rpc_ping_method.as_deref(), Some("ping"));
    assert_eq!(rules.personal_channel("42").as_deref(), Some("own:#42"));
    let channel = rules.channel("own:#42").unwrap();
    assert_eq!(channel.force_recovery_mode, RecoveryMode::Cache);
    assert_eq!(channel.history_meta_ttl, Duration::from_secs(360_000));
    assert_eq!(channel.publication_data_format, DataFormat::Json);
    assert!(rules.syntax.is_too_long(&"x".repeat(21)));
}

#[test]
fn a_pong_timeout_of_zero_means_that_nobody_looks() {
    let plan = centrifugo(r#"{"client": {"pong_timeout": "0s"}}"#).unwrap();
    assert_eq!(plan.settings.centrifuge.rules.client.pong_timeout, None);
}

#[test]
fn secrets_rotate() {
    let text = r#"{"client": {"token": {
        "hmac_secret_key": "new", "hmac_previous_secret_key": "old", "hmac_previous_secret_key_valid_until": 1800000000
    }}}"#;
    let keys = &centrifugo(text).unwrap().settings.realms.realms[0].keys;
    let until: Vec<_> = keys.iter().map(|key| key.usable_until).collect();
    assert_eq!(until, [None, Some(UnixSeconds(1_800_000_000))]);
}

#[test]
fn published_keys_are_fetched_from_the_endpoint() {
    let text = |url: &str| format!(r#"{{"client": {{"token": {{"jwks_public_endpoint": "{url}"}}}}}}"#);
    let plan = centrifugo(&text("https://id.example/jwks")).unwrap();
    let published = &plan.settings.realms.realms[0].published;
    assert_eq!(published.jwks_url.as_deref(), Some("https://id.example/jwks"));
    let said = wrong(centrifugo(&text("http://id.example/jwks")));
    assert!(said[0].starts_with("client.token.jwks_public_endpoint: keys cannot be fetched"), "{said:?}");
    let said = wrong(centrifugo(&text("https://{{tenant}}/jwks")));
    assert!(said[0].contains("a template is not understood here"), "{said:?}");
}

#[test]
fn public_keys_are_pem_or_base64_or_a_path() {
    use base64::Engine;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../auth/tests/keys/");
    let pem = std::fs::read_to_string(format!("{folder}p256.pub.pem")).unwrap();
    let base64 = base64::engine::general_purpose::STANDARD.encode(&pem);
    for key in [pem, base64, format!("{folder}p256.pub.pem")] {
        let variables = [("CENTRIFUGO_CLIENT_TOKEN_ECDSA_PUBLIC_KEY", key.as_str())];
        let plan = parse("{}", &sources(&variables, &[])).unwrap();
        assert_eq!(plan.settings.realms.realms[0].keys.len(), 1);
    }
}

#[test]
fn subscription_tokens_have_keys_of_their_own_only_when_that_is_switched_on() {
    let text = |enabled| {
        format!(r#"{{"client": {{"subscription_token": {{"enabled": {enabled}, "hmac_secret_key": "s"}}}}}}"#)
    };
    assert!(centrifugo(&text(false)).unwrap().settings.realms.realms.len() == 1);
    let settings = centrifugo(&text(true)).unwrap().settings;
    assert_eq!(settings.realms.realms[1].keys.len(), 1);
    assert_eq!(settings.centrifuge.trust.connections.realms, ["client.token"]);
    assert_eq!(settings.centrifuge.trust.subscriptions.realms, ["client.subscription_token"]);
}

#[test]
fn variables_override_the_file_and_flags_override_both() {
    let text = r#"{"http_server": {"port": 1}, "client": {"channel_limit": 1}}"#;
    let variables = [("CENTRIFUGO_HTTP_SERVER_PORT", "2"), ("CENTRIFUGO_CLIENT_CHANNEL_LIMIT", "2")];
    let plan = parse(text, &sources(&variables, &[("http_server.port", "3")])).unwrap();
    assert_eq!(plan.settings.listen.port(), 3);
    assert_eq!(plan.settings.centrifuge.rules.client.channel_limit, 2);
}

#[test]
fn namespaces_may_be_json_in_a_variable() {
    let json = r#"[{"name": "news", "presence": true}]"#;
    let plan = parse("{}", &sources(&[("CENTRIFUGO_CHANNEL_NAMESPACES", json)], &[])).unwrap();
    assert!(plan.settings.centrifuge.rules.channel("news:1").unwrap().presence);
    let said = wrong(parse("{}", &sources(&[("CENTRIFUGO_CHANNEL_NAMESPACES", "[{")], &[])));
    assert!(
        said[0].starts_with("channel.namespaces (CENTRIFUGO_CHANNEL_NAMESPACES): is no JSON: "),
        "{said:?}"
    );
}

#[test]
fn a_namespace_of_the_file_takes_variables_too() {
    let text = r#"{"channel": {"namespaces": [{"name": "my-news"}]}}"#;
    let variables = [("CENTRIFUGO_CHANNEL_NAMESPACES_MY_NEWS_PRESENCE", "true")];
    let plan = parse(text, &sources(&variables, &[])).unwrap();
    assert!(plan.settings.centrifuge.rules.channel("my-news:1").unwrap().presence);
}

#[test]
fn insecure_lets_everybody_in_and_is_warned_of() {
    let plan =
        parse("{}", &sources(&[], &[("client.insecure", "true"), ("http_api.insecure", "true")])).unwrap();
    assert!(
        plan.settings.centrifuge.rules.client.insecure
            && plan.settings.centrifuge.trust.connections.allow_no_token
    );
    assert!(plan.warnings.iter().any(|line| line.starts_with("client.insecure: ")));
    assert!(plan.warnings.iter().any(|line| line.starts_with("http_api.insecure: ")));
}

#[test]
fn any_origin_and_anonymous_connections_are_warned_of() {
    let text = r#"{"client": {"allowed_origins": ["*"], "allow_anonymous_connect_without_token": true}}"#;
    let warnings = centrifugo(text).unwrap().warnings;
    assert_eq!(
        warnings,
        [
            "client.allow_anonymous_connect_without_token: who brings no token is let in as nobody",
            "client.allowed_origins: any web page may connect",
        ]
    );
}

#[test]
fn what_is_wrong_is_said_with_centrifugos_names() {
    let said = |text: &str| wrong(centrifugo(text));
    let history = r#"{"channel": {"without_namespace": {"history_size": 1, "force_recovery": true}}}"#;
    assert_eq!(
        said(history),
        [
            "channel.without_namespace.history_size: history needs history_ttl too",
            "channel.without_namespace.force_recovery: needs history_size and history_ttl",
        ]
    );
    assert_eq!(
        said(r#"{"http_server": {"port": "abc"}}"#),
        ["http_server.port: must be a whole number from 0 to 65535"]
    );
    assert_eq!(
        said(r#"{"channel": {"namespaces": [{"name": "aa"}, {"name": "aa"}, {"presence": true}]}}"#),
        [
            "channel.namespaces[2]: a namespace needs a name",
            "channel.namespaces[aa]: there are two namespaces with the name aa",
        ]
    );
    assert_eq!(
        said(r#"{"channel": {"namespaces": [{"name": "aa", "force_recovery_mode": "streem"}]}}"#),
        [
            "channel.namespaces[aa].force_recovery_mode: \"streem\" is none of stream, cache; did you mean stream?"
        ]
    );
    assert_eq!(
        said(r#"{"client": {"ping_interval": "5s"}}"#),
        ["client.pong_timeout: must be shorter than ping_interval"]
    );
    assert_eq!(
        said(r#"{"client": {"token": {"user_id_claim": "a.b", "audience": "a", "audience_regex": "^a$"}}}"#),
        [
            "client.token.user_id_claim: a claim's name consists of letters and _",
            "client.token.audience_regex: cannot be used together with the exact value",
        ]
    );
    assert_eq!(
        said(r#"{"client": {"token": {"hmac_secret_key": "s", "rsa_public_key": "garbage"}}}"#),
        ["client.token.rsa_public_key: is neither PEM, nor PEM in base64, nor the path of a file"]
    );
}

#[test]
fn a_public_key_of_another_kind_is_refused_by_its_option() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../auth/tests/keys/p256.pub.pem");
    let text =
        format!(r#"{{"client": {{"token": {{"hmac_secret_key": "s", "rsa_public_key": {path:?}}}}}}}"#);
    let said = wrong(centrifugo(&text));
    assert_eq!(said, ["client.token.rsa_public_key: an RSA key is expected, this is elliptic-curve"]);
}
