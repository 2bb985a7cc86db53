//! Room tokens: their form, who is let in with them, and for how long.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vestibule_acceptance::http::post;
use vestibule_acceptance::signal::ADMIN_SECRET;
use vestibule_acceptance::signal::{SignalServer, keys, message};
use vestibule_auth::issue::{Head, SigningKey};

const CLAIMS: &str = r#""iss":"aikofy:client-db-sync","aud":"aikofy:client-db""#;
const FAR: i64 = 4_000_000_000;

fn part(token: &str, index: usize) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap()
}

#[test]
fn a_token_has_the_form_that_everybody_reads() {
    let server = SignalServer::start();
    let granted = server.grant(&json!({ "ttl": "1h", "subject": "user-123", "more": [1] }));
    let token = granted["token"].as_str().unwrap();
    assert_eq!(part(token, 0), br#"{"alg":"EdDSA"}"#);
    let text = String::from_utf8(part(token, 1)).unwrap();
    let claims: Value = serde_json::from_str(&text).unwrap();
    let (iat, exp) = (claims["iat"].as_i64().unwrap(), claims["exp"].as_i64().unwrap());
    assert_eq!(text, format!(r#"{{"sub":"user-123","iat":{iat},{CLAIMS},"exp":{exp}}}"#));
    assert_eq!(exp - iat, 3_600);
    assert_eq!(granted["subject"], "user-123");
    assert!(granted["expiresAt"].as_str().unwrap().ends_with(".000Z"));
    assert_eq!(server.grant(&json!({ "ttl": "1h" }))["subject"], "default");
}

#[test]
fn who_is_let_in_and_who_is_not() {
    let (private, public) = keys();
    let server = SignalServer::of(&[
        ("PRIVATE_KEY_JWK", &private),
        ("PUBLIC_KEY_JWK", &public),
        ("ADMIN_SECRET", ADMIN_SECRET),
    ]);
    let ours = SigningKey::read(&private, None).unwrap();
    let foreign = SigningKey::read(&keys().0, None).unwrap();
    let sign = |key: &SigningKey, payload: &str| key.sign(Head::default(), payload);
    let good = format!(r#"{{"sub":"a","iat":0,{CLAIMS},"exp":{FAR}}}"#);
    let soon = vestibule_acceptance::patience::unix_now().0 + 3_600;
    let near = format!(r#"{{"sub":"a",{CLAIMS},"exp":{soon}}}"#);
    let several =
        format!(r#"{{"sub":"a","iss":"aikofy:client-db-sync","aud":["x","aikofy:client-db"],"exp":{soon}}}"#);
    // Its signer may be ahead of us, and may say more in the head.
    let ahead = format!(r#"{{"sub":"a","iat":{},{CLAIMS},"nbf":1,"exp":{soon}}}"#, soon - 10);
    let named = SigningKey::read(&private, None).unwrap().named("any name");
    let with_head = named.sign(Head { typ: true, kid: true }, &near);
    for token in [sign(&ours, &near), sign(&ours, &several), sign(&ours, &ahead), with_head] {
        let mut peer = server.knock(&format!("token={token}&room=a&nodeId=n"));
        peer.text(r#"{"type":"register","role":"normal"}"#);
        assert_eq!(message(&mut peer)["type"], "peer-list");
    }
    let bad = [
        sign(&foreign, &near),
        sign(&ours, &format!(r#"{{"sub":"a",{CLAIMS},"exp":1000}}"#)),
        sign(&ours, &format!(r#"{{"sub":"a",{CLAIMS}}}"#)),
        sign(&ours, &format!(r#"{{{CLAIMS},"exp":{soon}}}"#)),
        sign(&ours, &format!(r#"{{"sub":"a",{CLAIMS},"nbf":{soon},"exp":{}}}"#, soon + 10)),
        sign(&ours, &good),
        sign(&ours, &near.replace("client-db-sync", "other")),
        sign(&ours, &near.replace("aikofy:client-db\"", "other\"")),
        format!("eyJhbGciOiJub25lIn0.{}.", sign(&ours, &near).split('.').nth(1).unwrap()),
        "garbage".into(),
    ];
    for (number, token) in bad.iter().enumerate() {
        let mut peer = server.knock(&format!("token={token}&room=a&nodeId=n"));
        let came = peer.event();
        let expected = vestibule_acceptance::Event::Close {
            code: Some(4003),
            reason: "Invalid or expired token".into(),
        };
        assert_eq!(came, expected, "token {number}");
    }
}

#[test]
fn a_token_opens_the_room_that_it_names_and_no_other() {
    let server = SignalServer::start();
    let token = server.token("mine");
    for room in ["other", "Mine", ""] {
        let mut peer = server.knock(&format!("token={token}&room={room}"));
        peer.expect_goodbye(4003, "Room does not match token subject");
    }
    // The first of a repeated parameter counts, and a plus is a space.
    let token = server.token("my room");
    let mut peer = server.knock(&format!("token={token}&room=my+room&room=other&nodeId=n"));
    peer.text(r#"{"type":"register"}"#);
    assert_eq!(message(&mut peer)["type"], "peer-list");
}

#[test]
fn a_token_that_is_bound_to_an_id_is_good_for_no_other_and_nobody_takes_that_id_without_one() {
    let server = SignalServer::start();
    let bound = server.grant(&json!({ "ttl": "1h", "subject": "room", "nodeId": "mine" }));
    let bound = bound["token"].as_str().unwrap();
    let mut other = server.knock(&format!("token={bound}&room=room&nodeId=other"));
    other.expect_goodbye(4003, "nodeId does not match token");
    let register = r#"{"type":"register","role":"normal"}"#;
    let mut mine = server.knock(&format!("token={bound}&room=room"));
    mine.text(register);
    assert_eq!(message(&mut mine)["peers"], json!([]));
    let mut thief = server.silent("room", "mine");
    thief.expect_goodbye(4409, "nodeId already in use");
    let (mut guest, met) = server.enter("room", "guest");
    assert_eq!(met, ["mine"]);
    mine.text(r#"{"type":"offer","to":"guest","sdp":{}}"#);
    assert_eq!(message(&mut guest)["from"], "mine");
    let mut again = server.knock(&format!("token={bound}&room=room&nodeId=mine"));
    mine.expect_goodbye(1000, "replaced by new connection");
    again.text(register);
    assert_eq!(message(&mut again)["peers"], json!(["guest"]), "its bearer comes back");
}

#[test]
fn whoever_names_no_room_is_in_the_shared_one_or_in_that_of_his_subject() {
    for (roomless, met) in [("shared", json!(["a"])), ("subject", json!([]))] {
        let server = SignalServer::with(&[("SIGNAL_ROOMLESS", roomless)]);
        let enter = |subject: &str, id: &str| {
            let mut peer = server.knock(&format!("token={}&nodeId={id}", server.token(subject)));
            peer.text(r#"{"type":"register"}"#);
            let list = message(&mut peer)["peers"].clone();
            (peer, list)
        };
        let (_ann, _) = enter("ann", "a");
        assert_eq!(enter("ben", "b").1, met, "{roomless}");
    }
}

#[test]
fn whoever_is_blocked_is_out_at_once_and_does_not_come_back() {
    let key = "a key of the server API";
    let server = SignalServer::with(&[("VESTIBULE_API__ENABLED", "true"), ("VESTIBULE_API__KEY", key)]);
    let (mut gone, _) = server.enter("closed", "a");
    let (mut stays, _) = server.enter("open", "a");
    let token = server.token("closed");
    let blocked = post(server.address, "/api/block_user", key, r#"{"user":"closed"}"#);
    assert!(blocked.body.contains("result"), "{blocked:?}");
    gone.expect_goodbye(4003, "Invalid or expired token");
    let mut again = server.knock(&format!("token={token}&room=closed&nodeId=b"));
    again.expect_goodbye(4003, "Invalid or expired token");
    stays.text(r#"{"type":"offer","to":"nobody","sdp":{}}"#);
    assert_eq!(message(&mut stays)["type"], "error", "another room's peer is where it was");
}

#[test]
fn whoever_is_sent_away_hears_a_code_of_this_door_or_the_one_that_the_caller_named() {
    let key = "a key of the server API";
    let server = SignalServer::with(&[("VESTIBULE_API__ENABLED", "true"), ("VESTIBULE_API__KEY", key)]);
    let (mut one, _) = server.enter("one", "a");
    let (mut other, _) = server.enter("other", "a");
    post(server.address, "/api/disconnect", key, r#"{"user":"one"}"#);
    one.expect_goodbye(1008, "force disconnect");
    let wanted = r#"{"user":"other","disconnect":{"code":4100,"reason":"moved"}}"#;
    post(server.address, "/api/disconnect", key, wanted);
    other.expect_goodbye(4100, "moved");
}

#[test]
fn a_connection_outlives_its_token_unless_that_is_switched_off() {
    let server = SignalServer::with(&[
        ("SIGNAL_CLOSE_ON_EXPIRY", "true"),
        ("VESTIBULE_SIGNAL__EXPIRED_CLOSE_DELAY", "0s"),
    ]);
    let token =
        server.grant(&json!({ "ttl": "2s", "subject": "room" }))["token"].as_str().unwrap().to_owned();
    let mut peer = server.knock(&format!("token={token}&room=room&nodeId=a"));
    peer.text(r#"{"type":"register"}"#);
    assert_eq!(message(&mut peer)["type"], "peer-list");
    peer.expect_goodbye(4003, "Invalid or expired token");
}
