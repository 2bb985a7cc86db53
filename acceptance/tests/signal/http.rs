//! What is answered over HTTP, line by line.

use serde_json::{Value, json};
use vestibule_acceptance::http::{exchange, get};
use vestibule_acceptance::signal::{ADMIN_SECRET, SignalServer, message};

const SECRET: (&str, &str) = ("x-admin-secret", ADMIN_SECRET);
const JSON: (&str, &str) = ("content-type", "application/json");

fn value_of(body: &str) -> Value {
    serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {body}"))
}

#[test]
fn health_is_open_to_everybody_and_counts_those_in_rooms() {
    let server = SignalServer::start();
    let stranger = server.knock("room=somewhere");
    let (_peer, _) = server.enter("room", "a");
    let answer = get(server.address, "/health");
    let said = value_of(&answer.body);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("application/json; charset=utf-8"))
    );
    assert_eq!(
        (&said["status"], &said["auth"], &said["peers"]),
        (&json!("ok"), &json!("enabled"), &json!(1))
    );
    let ts = said["ts"].as_str().unwrap();
    assert!(ts.len() == "2026-01-01T00:00:00.000Z".len() && ts.ends_with('Z'), "{ts}");
    drop(stranger);
    let head = b"HEAD /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
    assert_eq!(exchange(server.address, head).unwrap().status, 200);
    assert_eq!(get(server.address, "/health/").status, 404);
}

#[test]
fn the_public_key_is_one_jwk_and_nothing_of_the_private_one() {
    let server = SignalServer::start();
    let said = value_of(&get(server.address, "/public-key").body);
    let x = said["x"].as_str().unwrap();
    assert_eq!(said, json!({ "alg": "EdDSA", "crv": "Ed25519", "x": x, "kty": "OKP" }));
    assert_eq!(x.len(), 43);
}

#[test]
fn without_authentication_there_are_no_tokens() {
    let server = SignalServer::of(&[("AUTH_DISABLED", "true")]);
    assert_eq!(value_of(&get(server.address, "/health").body)["auth"], "disabled");
    assert_eq!(get(server.address, "/public-key").status, 404);
    assert_eq!(server.post_token(&[SECRET, JSON], r#"{"ttl":"1h"}"#).status, 404);
}

#[test]
fn the_secret_counts_in_one_header_and_before_the_body() {
    let server = SignalServer::start();
    let wish = r#"{"ttl":"1h"}"#;
    for headers in [
        &[JSON][..],
        &[JSON, ("x-admin-secret", "wrong")],
        &[JSON, ("x-admin-secret", ""), ("authorization", ADMIN_SECRET)],
        &[],
    ] {
        for body in [wish, "nonsense", ""] {
            let answer = server.post_token(headers, body);
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (401, r#"{"error":"Unauthorized"}"#),
                "{headers:?}"
            );
        }
    }
    for shown in [ADMIN_SECRET.to_owned(), format!("bearer   {ADMIN_SECRET}")] {
        assert_eq!(server.post_token(&[JSON, ("authorization", &shown)], wish).status, 201);
    }
}

#[test]
fn one_who_guesses_is_slowed_down() {
    let server = SignalServer::with(&[("VESTIBULE_SIGNAL__GUESSES_PER_MINUTE", "3")]);
    let guess = || server.post_token(&[JSON, ("x-admin-secret", "guess")], r#"{"ttl":"1h"}"#);
    let statuses: Vec<_> = (0..5).map(|_| guess().status).collect();
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
    assert!(guess().header("retry-after").is_some());
    let backend = server.post_token(&[JSON, SECRET], r#"{"ttl":"1h"}"#);
    assert_eq!(backend.status, 201, "whoever knows the secret does not guess, wherever he comes from");
}

#[test]
fn a_short_secret_cannot_be_found_by_guesses_that_are_refused_and_still_heard() {
    let short = [("ADMIN_SECRET", "short"), ("VESTIBULE_SIGNAL__GUESSES_PER_MINUTE", "3")];
    let server = SignalServer::with(&short);
    let guess = |secret| server.post_token(&[JSON, ("x-admin-secret", secret)], r#"{"ttl":"1h"}"#).status;
    assert_eq!([guess("short"), guess("a"), guess("b"), guess("c")], [201, 401, 401, 401]);
    assert_eq!(guess("short"), 429, "who has guessed too often does not learn that he is right");
}

#[test]
fn a_body_that_is_none_gets_the_code_that_callers_know() {
    let server = SignalServer::start();
    for (content_type, body, status, code, message) in [
        (None, "", 400, "FST_ERR_VALIDATION", "body must be object"),
        (Some("application/json"), "", 400, "FST_ERR_CTP_EMPTY_JSON_BODY", ""),
        (Some("application/json"), "{", 400, "FST_ERR_CTP_INVALID_JSON_BODY", ""),
        (Some("application/json"), r#"{"__proto__":{}}"#, 400, "FST_ERR_CTP_INVALID_JSON_BODY", ""),
        (Some("application/json"), "{}", 400, "FST_ERR_VALIDATION", "body must have required property 'ttl'"),
        (Some("application/json"), "[]", 400, "FST_ERR_VALIDATION", "body must be object"),
        (Some("application/json"), "null", 400, "FST_ERR_VALIDATION", "body must be object"),
        (Some("application/json"), r#"{"ttl":null}"#, 400, "FST_ERR_VALIDATION", "body/ttl must be string"),
        (
            Some("application/json"),
            r#"{"ttl":"1h","subject":null}"#,
            400,
            "FST_ERR_VALIDATION",
            "body/subject must be string",
        ),
        (Some("application/json"), r#"{"ttl":{}}"#, 400, "FST_ERR_VALIDATION", "body/ttl must be string"),
        (
            Some("application/json"),
            r#"{"ttl":"1h","subject":{}}"#,
            400,
            "FST_ERR_VALIDATION",
            "body/subject must be string",
        ),
        (Some("text/plain"), r#"{"ttl":"1h"}"#, 400, "FST_ERR_VALIDATION", "body must be object"),
        (Some("application/x-www-form-urlencoded"), "ttl=1h", 415, "FST_ERR_CTP_INVALID_MEDIA_TYPE", ""),
    ] {
        let mut headers = vec![SECRET];
        headers.extend(content_type.map(|kind| ("content-type", kind)));
        let answer = server.post_token(&headers, body);
        let said = value_of(&answer.body);
        assert_eq!((answer.status, said["code"].as_str()), (status, Some(code)), "{body}: {answer:?}");
        assert!(message.is_empty() || said["message"] == message, "{said}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let long = format!(r#"{{"ttl":"1h","subject":"{}"}}"#, "x".repeat(1 << 20));
    assert_eq!(server.post_token(&[SECRET, JSON], &long).status, 413);
}

#[test]
fn a_lifetime_that_cannot_be_is_refused_with_the_reason() {
    let server = SignalServer::with(&[("SIGNAL_MAX_TTL", "48h")]);
    for ttl in ["abc", "", "3600", "1h30m", "1month", "-1h", "1h ago", "0s", "49h", "9999999999999d"] {
        let answer = server.post_token(&[SECRET, JSON], &json!({ "ttl": ttl }).to_string());
        assert_eq!(answer.status, 400, "{ttl}: {answer:?}");
        assert!(value_of(&answer.body)["message"].as_str().unwrap().contains("ttl"), "{answer:?}");
    }
    for ttl in ["30m", "1h", "24h", "2d", "1.5 hours", "+90 Secs", "1 day from now"] {
        server.grant(&json!({ "ttl": ttl }));
    }
    server.grant(&json!({ "ttl": ["1h"], "subject": 7 }));
}

#[test]
fn a_token_that_no_door_would_take_is_refused_with_the_reason() {
    let server = SignalServer::start();
    for (member, value) in [
        ("subject", ""),
        ("subject", "a\u{0}b"),
        ("subject", "a\nb"),
        ("subject", "a\u{7f}b"),
        ("subject", &"s".repeat(256)),
        ("nodeId", ""),
        ("nodeId", &"n".repeat(256)),
    ] {
        let mut body = json!({ "ttl": "1h", "subject": "room" });
        body[member] = value.into();
        let answer = server.post_token(&[SECRET, JSON], &body.to_string());
        assert_eq!(answer.status, 400, "{member} {value:?}: {answer:?}");
        let said = value_of(&answer.body);
        assert_eq!((&said["statusCode"], &said["error"]), (&json!(400), &json!("Bad Request")));
        assert!(
            said["message"].as_str().unwrap().starts_with(&format!("{member} must have 1 to 255 bytes")),
            "{said}"
        );
    }
    // The longest of both are good for the door too.
    let (room, id) = ("r".repeat(255), "n".repeat(255));
    let granted = server.grant(&json!({ "ttl": "1h", "subject": room, "nodeId": id }));
    let mut peer = server.knock(&format!("token={}&room={room}", granted["token"].as_str().unwrap()));
    peer.text(r#"{"type":"register","role":"normal"}"#);
    assert_eq!(message(&mut peer)["type"], "peer-list");
}

#[test]
fn what_is_not_there_is_said_without_the_query() {
    let server = SignalServer::start();
    for path in ["/token", "/nothing", "/signal/"] {
        let answer = get(server.address, &format!("{path}?token=secret.secret.secret"));
        let expected = json!({ "message": format!("Route GET:{path} not found"), "error": "Not Found", "statusCode": 404 });
        assert_eq!((answer.status, value_of(&answer.body)), (404, expected));
    }
    let door = get(server.address, "/signal");
    assert_eq!((door.status, door.body.as_str()), (404, ""));
    for path in ["/signal", "/token", "/health", "/public-key", "/ice"] {
        for method in ["OPTIONS", "PUT", "DELETE"] {
            let request = format!(
                "{method} {path} HTTP/1.1\r\nHost: h\r\nOrigin: https://a.example\r\nConnection: close\r\n\r\n"
            );
            let answer = exchange(server.address, request.as_bytes()).unwrap();
            let message = format!("Route {method}:{path} not found");
            let expected = json!({ "message": message, "error": "Not Found", "statusCode": 404 });
            assert_eq!((answer.status, value_of(&answer.body)), (404, expected));
            let allows = |name: &str| name.to_ascii_lowercase().starts_with("access-control");
            assert!(answer.headers.iter().all(|(name, _)| !allows(name)), "{answer:?}");
        }
    }
}

#[test]
fn a_head_that_is_too_long_is_refused_and_harms_nobody() {
    let server = SignalServer::start();
    let request = format!("GET /signal?token={} HTTP/1.1\r\nHost: h\r\n\r\n", "x".repeat(20_000));
    assert_eq!(exchange(server.address, request.as_bytes()).unwrap().status, 431);
    for target in ["//", "/%", "*", "http://[::1/"] {
        let request = format!("GET {target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let status = exchange(server.address, request.as_bytes()).map(|answer| answer.status);
        assert!(matches!(status, None | Some(400 | 404)), "{target}: {status:?}");
    }
    server.enter("room", "a");
}

#[test]
fn credentials_for_relays_are_for_bearers_of_room_tokens() {
    let server = SignalServer::with(&[
        ("SIGNAL_TURN_SECRET", "shared-with-the-relay"),
        ("SIGNAL_TURN_URLS", "turn:127.0.0.1:3478,turns:127.0.0.1:5349"),
    ]);
    let granted = server.grant(&json!({ "ttl": "1h", "subject": "music" }));
    let token = granted["token"].as_str().unwrap();
    let answer = get(server.address, &format!("/ice?token={token}"));
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    for said in [&granted, &value_of(&answer.body)] {
        let relay = &said["iceServers"][0];
        assert_eq!(relay["urls"], json!(["turn:127.0.0.1:3478", "turns:127.0.0.1:5349"]));
        assert!(relay["username"].as_str().unwrap().ends_with(":music"), "{said}");
        assert_eq!(relay["credential"].as_str().unwrap().len(), 28, "{said}");
    }
    let ask = |query: &str, authorization: &str| {
        let request = format!(
            "GET /ice{query} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: {authorization}\r\n\r\n"
        );
        exchange(server.address, request.as_bytes()).unwrap().status
    };
    assert_eq!(ask("", &format!("Bearer {token}")), 200);
    assert_eq!(ask("", &format!("Basic {token}")), 401, "a token is shown as a bearer's");
    assert_eq!(
        ask(&format!("?token={token}"), "Basic dTpw"),
        200,
        "a proxy's own credential is not the peer's"
    );
    assert_eq!(ask(&format!("?token={token}"), "Bearer a.b.c"), 401);
    for path in ["/ice", "/ice?token=", "/ice?token=a.b.c"] {
        assert_eq!(get(server.address, path).status, 401, "{path}");
    }
}
