//! The configurations with which the official clients test themselves.

use std::time::Duration;

use vestibule::config::centrifugo::parse;

use crate::{centrifugo, sources};

#[test]
fn that_of_the_python_client_which_consists_of_variables() {
    let variables = [
        ("CENTRIFUGO_CLIENT_TOKEN_HMAC_SECRET_KEY", "secret"),
        ("CENTRIFUGO_LOG_LEVEL", "trace"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_ALLOWED_DELTA_TYPES", "fossil"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_DELTA_PUBLISH", "true"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_PRESENCE", "true"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_JOIN_LEAVE", "true"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_FORCE_PUSH_JOIN_LEAVE", "true"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_HISTORY_SIZE", "100"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_HISTORY_TTL", "300s"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_FORCE_RECOVERY", "true"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_ALLOW_PUBLISH_FOR_SUBSCRIBER", "true"),
        ("CENTRIFUGO_CLIENT_SUBSCRIBE_TO_USER_PERSONAL_CHANNEL_ENABLED", "true"),
        ("CENTRIFUGO_CHANNEL_NAMESPACES", "smallhistory"),
        ("CENTRIFUGO_CHANNEL_NAMESPACES_SMALLHISTORY_FORCE_RECOVERY", "true"),
        ("CENTRIFUGO_CHANNEL_NAMESPACES_SMALLHISTORY_HISTORY_SIZE", "2"),
        ("CENTRIFUGO_CHANNEL_NAMESPACES_SMALLHISTORY_HISTORY_TTL", "300s"),
        ("CENTRIFUGO_CHANNEL_NAMESPACES_SMALLHISTORY_ALLOW_PUBLISH_FOR_SUBSCRIBER", "true"),
    ];
    let plan = parse("{}", &sources(&variables, &[])).unwrap();
    let rules = plan.settings.centrifuge.rules;
    let without = rules.channel("news").unwrap();
    assert!(
        without.presence && without.join_leave && without.force_push_join_leave && without.force_recovery
    );
    assert!(without.allow_publish.subscriber && !without.allow_publish.client);
    let small = rules.channel("smallhistory:1").unwrap();
    let kept = small.retention().unwrap();
    assert_eq!((kept.size, kept.ttl), (2, Duration::from_secs(300)));
    assert!(small.force_recovery && small.allow_publish.subscriber && !small.presence);
    assert_eq!(rules.personal_channel("42").as_deref(), Some("#42"));
    assert_eq!(plan.warnings.len(), 2, "{:?}", plan.warnings);
}

#[test]
fn that_of_the_javascript_client_which_is_a_file() {
    let text = r#"{
        "client": {"insecure": true, "concurrency": 8, "token": {"hmac_secret_key": "secret"}},
        "log": {"level": "info"},
        "http_stream": {"enabled": true},
        "sse": {"enabled": true},
        "map_broker": {},
        "shared_poll": {"hmac_secret_key": "poll"},
        "proxies": [{"name": "poll_backend", "endpoint": "http://127.0.0.1:3010/refresh", "timeout": "5s"}],
        "http_api": {"key": "test-api-key"},
        "channel": {
            "without_namespace": {
                "presence": true, "allowed_delta_types": ["fossil"], "delta_publish": true,
                "history_size": 100, "history_ttl": "300s", "force_recovery": true
            },
            "namespaces": [
                {"name": "recovery", "force_recovery": true, "history_size": 100, "history_ttl": "300s",
                 "allow_subscribe_for_client": true, "allow_publish_for_subscriber": true},
                {"name": "shortttl", "subscription_type": "map", "map": {"mode": "ephemeral", "key_ttl": "3s"},
                 "allow_subscribe_for_client": true}
            ]
        }
    }"#;
    let plan = centrifugo(text).unwrap();
    assert!(plan.settings.centrifuge.rules.client.insecure);
    assert_eq!(plan.settings.api.key.as_ref().unwrap().reveal(), "test-api-key");
    let recovery = plan.settings.centrifuge.rules.channel("recovery:1").unwrap();
    assert!(recovery.force_recovery && recovery.allow_subscribe.client);
    assert!(plan.settings.centrifuge.rules.channel("shortttl:1").is_ok());
    let named: Vec<_> = plan.warnings.iter().filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(
        named,
        [
            "client.concurrency",
            "channel.without_namespace.allowed_delta_types",
            "channel.without_namespace.delta_publish",
            "channel.namespaces[shortttl].map",
            "channel.namespaces[shortttl].subscription_type",
            "http_stream.enabled",
            "proxies",
            "shared_poll",
            "sse.enabled",
            "client.insecure",
        ]
    );
}

#[test]
fn the_flag_with_which_suites_switch_everything_off() {
    let plan = parse(r#"{"client": {}}"#, &sources(&[], &[("client.insecure", "true")])).unwrap();
    assert!(plan.settings.centrifuge.rules.client.insecure);
}
