//! The key of room tokens is changed while tokens of the old one are still in use.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use vestibule_acceptance::Peer;
use vestibule_acceptance::config::Folder;
use vestibule_acceptance::http::get;
use vestibule_acceptance::signal::{ADMIN_SECRET, SignalServer, keys, message};

/// A door that signs with a key of its own, and knows the public sides of others.
fn door(before: &[&str]) -> (SignalServer, String) {
    let (private, public) = keys();
    let folder = Folder::default();
    let files = before.iter().enumerate().map(|(index, key)| {
        let file = folder.file(&format!("key-{index}"));
        fs::write(&file, key).unwrap();
        file
    });
    let files = files.collect::<Vec<_>>().join(",");
    let server = SignalServer::of(&[
        ("PRIVATE_KEY_JWK", &private),
        ("PUBLIC_KEY_JWK", &public),
        ("ADMIN_SECRET", ADMIN_SECRET),
        ("VESTIBULE_SIGNAL__PREVIOUS_KEY_FILES", &files),
    ]);
    (server, public)
}

fn come(server: &SignalServer, token: &str, id: &str) -> Peer {
    let mut peer = server.knock(&format!("token={token}&room=room&nodeId={id}"));
    peer.text(r#"{"type":"register","role":"normal"}"#);
    peer
}

fn header(token: &str) -> Value {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice(&header).unwrap()
}

/// What is published: of each key its name and its point.
fn published(server: &SignalServer) -> Vec<(String, String)> {
    let answer = get(server.address, "/.well-known/jwks.json");
    assert_eq!(answer.status, 200, "{answer:?}");
    let said: Value = serde_json::from_str(&answer.body).unwrap();
    let text = |key: &Value, name: &str| key[name].as_str().unwrap().to_owned();
    let one = |key: &Value| {
        assert_eq!((&key["kty"], &key["crv"], &key["d"]), (&json!("OKP"), &json!("Ed25519"), &Value::Null));
        (text(key, "kid"), text(key, "x"))
    };
    said["keys"].as_array().unwrap().iter().map(one).collect()
}

#[test]
fn tokens_of_the_old_key_and_of_the_new_one_open_the_same_room() {
    let (before, old_key) = door(&[]);
    let old = before.token("room");
    assert_eq!(header(&old), json!({ "alg": "EdDSA" }), "of a single key nobody needs the name");
    drop(before);
    let (after, _) = door(&[&old_key]);
    let new = after.token("room");
    let mut first = come(&after, &old, "old");
    assert_eq!(message(&mut first)["peers"], json!([]));
    let mut second = come(&after, &new, "new");
    assert_eq!(message(&mut second)["peers"], json!(["old"]));
    second.text(r#"{"type":"offer","to":"old","sdp":1}"#);
    assert_eq!(message(&mut first)["from"], "new");
    let (stranger, _) = door(&[]);
    let foreign = stranger.token("room");
    come(&after, &foreign, "foreign").expect_goodbye(4003, "Invalid or expired token");
    // Once the old key is taken out, what it signed is worth nothing.
    come(&stranger, &old, "old").expect_goodbye(4003, "Invalid or expired token");
}

#[test]
fn whoever_checks_tokens_finds_every_key_by_the_name_in_the_token() {
    let (_, old_key) = keys();
    let (server, _) = door(&[&old_key]);
    let found = published(&server);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_ne!(found[0].0, found[1].0);
    let token = server.token("room");
    let key: Value = serde_json::from_str(&get(server.address, "/public-key").body).unwrap();
    let named = found.iter().find(|(kid, _)| header(&token)["kid"] == **kid);
    assert_eq!(named.map(|(_, x)| x.as_str()), key["x"].as_str(), "the new one signs");
    assert_eq!(published(&door(&[]).0).len(), 1);
}
