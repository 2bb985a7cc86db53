//! Consumers and their identity provider, as the tests bring them.

use serde_json::{Value, json};
use vestibule_acceptance::Peer;
use vestibule_acceptance::patience::unix_now;
use vestibule_acceptance::signal::{SignalServer, message};
use vestibule_auth::issue::{GenerateKind, GeneratedKey, Head, SigningKey};

/// Who signs the tokens of consumers.
pub const ISSUER: &str = "https://idp.example";

/// An identity provider's key, as a variable and as what signs.
pub fn provider() -> (String, SigningKey) {
    let key = GeneratedKey::new(GenerateKind::P256, None).unwrap();
    let public = key.base64_public_jwk().unwrap();
    (public, SigningKey::read(key.private_jwk().reveal(), None).unwrap())
}

/// A token of an hour for a customer of ours.
pub fn token(key: &SigningKey, issuer: &str) -> String {
    token_with(key, issuer, &json!({}))
}

/// A consumer's token with more claims, or others. It names the key if that has a name.
pub fn token_with(key: &SigningKey, issuer: &str, more: &Value) -> String {
    let mut claims = json!({ "iss": issuer, "aud": "app", "sub": "customer", "exp": unix_now().0 + 3_600 });
    let more = more.as_object().unwrap().clone();
    claims.as_object_mut().unwrap().extend(more);
    key.sign(Head { kid: key.kid().is_some(), ..Head::default() }, &claims.to_string())
}

/// A door that lets consumers of this provider in.
pub fn with_consumers() -> (SignalServer, SigningKey) {
    with_consumers_and(&[])
}

/// The same with more variables.
pub fn with_consumers_and(more: &[(&str, &str)]) -> (SignalServer, SigningKey) {
    let (public, key) = provider();
    let variables = [
        ("CONSUMER_PUBLIC_KEY_JWK", public.as_str()),
        ("CONSUMER_ISSUER", ISSUER),
        ("CONSUMER_AUDIENCE", "app"),
    ];
    (SignalServer::with(&[&variables[..], more].concat()), key)
}

/// What a consumer says that it is.
pub fn register(token: &str) -> String {
    json!({ "type": "register", "role": "consumer", "token": token, "protocolVersion": 1 }).to_string()
}

/// One that says it is a consumer.
pub fn registered(mut peer: Peer, token: &str) -> Peer {
    peer.text(&register(token));
    peer
}

/// A consumer without a token of the room.
pub fn consume(server: &SignalServer, room: &str, id: &str, token: &str) -> Peer {
    registered(server.knock(&format!("room={room}&nodeId={id}")), token)
}

/// Consumers of a room, without a token of it and with one.
pub fn both_kinds(server: &SignalServer, room: &str, token: &str) -> [Peer; 2] {
    [consume(server, room, "bare", token), registered(server.silent(room, "member"), token)]
}

/// A peer of `room` that registers with these words.
pub fn with_words(server: &SignalServer, id: &str, register: &str) -> Peer {
    let mut peer = server.silent("room", id);
    peer.text(register);
    assert_eq!(message(&mut peer)["type"], "peer-list");
    peer
}

/// In which words a consumer is refused.
pub fn refusal(peer: &mut Peer) -> Value {
    let said = message(peer);
    assert_eq!((&said["type"], &said["status"]), (&json!("auth-err"), &json!("UNAUTHENTICATED")), "{said}");
    said["message"].clone()
}
