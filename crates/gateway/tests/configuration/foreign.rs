//! Configurations that were written for Centrifugo: keys that do not take effect.

use vestibule::config::centrifugo::parse;

use crate::{centrifugo, sources, wrong};

fn warnings(text: &str) -> Vec<String> {
    centrifugo(text).expect("nothing is wrong").warnings
}

#[test]
fn what_the_house_does_not_do_is_named_one_line_each() {
    let text = r#"{
        "engine": {"type": "redis", "redis": {"address": "redis://cache"}},
        "sse": {"enabled": true, "max_request_body_size": 100},
        "admin": {"enabled": true, "password": "p", "secret": "s"},
        "channel": {"namespaces": [{"name": "maps", "subscription_type": "map", "map": {"mode": "persistent"}}]},
        "proxies": [{"name": "backend", "endpoint": "http://backend"}]
    }"#;
    assert_eq!(
        warnings(text),
        [
            "channel.namespaces[maps].map: there are no map subscriptions yet: channels are streams",
            "channel.namespaces[maps].subscription_type: channels are streams: there are neither map subscriptions \
             nor shared polls yet",
            "admin.enabled: there is no admin page",
            "engine.type: everything is kept in the memory of this node",
            "proxies: no backend is asked",
            "sse.enabled: there is no such transport yet: clients fall back to WebSocket, or fail",
        ]
    );
}

#[test]
fn what_is_switched_off_or_has_its_default_is_not_named() {
    let text = r#"{
        "engine": {"type": "memory"}, "broker": {"enabled": false, "type": "memory"}, "sse": {"enabled": false},
        "channel": {"proxy": {"subscribe": {"endpoint": "", "timeout": "1s"}}},
        "proxies": [], "consumers": [], "map_broker": {}, "usage_stats": {"disabled": true},
        "http_server": {"tls": {"enabled": false}}
    }"#;
    assert_eq!(warnings(text), Vec::<String>::new());
}

#[test]
fn a_key_that_is_none_is_named_with_the_nearest_one() {
    let named = "client.ping_intervall: there is no such key, and it is ignored; did you mean ping_interval?";
    assert_eq!(warnings(r#"{"client": {"ping_intervall": "5s"}}"#), [named]);
}

#[test]
fn variables_are_named_as_they_are_written() {
    let variables = [
        ("CENTRIFUGO_HTTP_STREAM_ENABLED", "true"),
        ("CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_ALLOWED_DELTA_TYPES", "fossil"),
        ("CENTRIFUGO_BROKER_REDIS_ADDRESS", "redis://cache"),
    ];
    let mut said = parse("{}", &sources(&variables, &[])).unwrap().warnings;
    said.sort();
    assert_eq!(
        said,
        [
            "channel.without_namespace.allowed_delta_types (CENTRIFUGO_CHANNEL_WITHOUT_NAMESPACE_ALLOWED_DELTA_TYPES): \
             publications are sent whole, which clients take as well",
            "http_stream.enabled (CENTRIFUGO_HTTP_STREAM_ENABLED): there is no such transport yet: clients fall back \
             to WebSocket, or fail",
        ]
    );
}

#[test]
fn what_would_be_unsafe_to_ignore_is_refused() {
    let refused = |text: &str, key: &str| {
        let said = wrong(centrifugo(text));
        assert!(said.len() == 1 && said[0].starts_with(&format!("{key}: ")), "{said:?}");
    };
    refused(
        r#"{"client": {"insecure_skip_token_signature_verify": true}}"#,
        "client.insecure_skip_token_signature_verify",
    );
    refused(r#"{"http_server": {"tls": {"enabled": true}}}"#, "http_server.tls.enabled");
    refused(
        r#"{"http_api": {"insecure": true}, "http_server": {"internal_port": "9000"}}"#,
        "http_server.internal_port",
    );
}

#[test]
fn a_backend_that_would_have_decided_is_not_replaced_by_letting_everybody_through() {
    let namespace =
        |options: &str| format!(r#"{{"channel": {{"namespaces": [{{"name": "rooms", {options}}}]}}}}"#);
    let open = namespace(r#""subscribe_proxy_enabled": true, "allow_subscribe_for_client": true"#);
    assert!(wrong(centrifugo(&open))[0].starts_with("channel.namespaces[rooms].subscribe_proxy_enabled: "));
    let open = namespace(r#""publish_proxy_enabled": true, "allow_publish_for_subscriber": true"#);
    assert!(wrong(centrifugo(&open))[0].starts_with("channel.namespaces[rooms].publish_proxy_enabled: "));
    let closed = namespace(r#""subscribe_proxy_enabled": true"#);
    assert_eq!(warnings(&closed), ["channel.namespaces[rooms].subscribe_proxy_enabled: no backend is asked"]);
    let anonymous = r#"{"client": {
        "proxy": {"connect": {"enabled": true, "endpoint": "http://backend"}},
        "allow_anonymous_connect_without_token": true
    }}"#;
    assert!(wrong(centrifugo(anonymous))[0].starts_with("client.proxy.connect.enabled: "));
}
