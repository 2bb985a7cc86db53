//! Realms whose keys a provider publishes, several realms at one door, and organisations that tokens name.

use base64::Engine;
use serde_json::{Value, json};
use vestibule_acceptance::client::Request;
use vestibule_acceptance::client::{subscription, with_token};
use vestibule_acceptance::{Client, Encoding, Key, Provider, Server, http, patience};

const ISSUER: &str = "https://id.example";

/// A realm of that provider.
fn realm(name: &str, provider: &Provider, more: &str) -> String {
    format!(
        "[realms.{name}]\npreset = \"oidc\"\nissuers = [\"{ISSUER}\"]\naudiences = [\"app\"]\njwks_url = \"{}\"\n{more}\n",
        provider.jwks_url()
    )
}

const CHANNELS: &str = "[centrifuge.channels.without_namespace]\nallow_subscribe_for_client = true\n\
                        allow_publish_for_subscriber = true\n";

fn enter(server: &Server, token: String) -> Client {
    Client::connect_with(server.address, Encoding::Json, token)
}

/// The error of a connect command, or the code of the goodbye.
#[track_caller]
fn refused(server: &Server, token: String) -> u32 {
    let mut client = Client::enter(server.address, Encoding::Json);
    client.call(with_token(token)).error.expect("an error").code
}

#[track_caller]
fn closed(server: &Server, token: String) -> u16 {
    let mut client = Client::enter(server.address, Encoding::Json);
    client.ask([with_token(token)]);
    client.expect_close_after_anything()
}

fn ready(server: &Server) -> Value {
    serde_json::from_str(&http::get(server.address, "/readyz").body).unwrap()
}

#[test]
fn a_key_that_the_provider_adds_lets_people_in_at_once_and_nobody_who_is_in_notices() {
    let provider = Provider::start(vec![Key::new("one")]);
    let (first, second) = (Key::new("first"), Key::new("second"));
    let token = first.token(ISSUER, "ann", &json!({}));
    provider.publish(vec![first]);
    let server = Server::own(&format!("{}{CHANNELS}", realm("main", &provider, "")));
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    let mut ann = enter(&server, token);
    let token = second.token(ISSUER, "bob", &json!({}));
    provider.publish(vec![second]);
    // One fetch for an unknown key is allowed at once: the first fetch was for no key.
    enter(&server, token);
    ann.call(Request::Subscribe(subscription("news")));
    ann.publish("news", "1");
}

#[test]
fn while_the_keys_cannot_be_had_people_are_told_to_come_again_and_the_operator_why() {
    let mut provider = Provider::stopped();
    let key = Key::new("one");
    let token = key.token(ISSUER, "ann", &json!({}));
    provider.publish(vec![key]);
    let server = Server::own(&realm("main", &provider, ""));
    let mut client = Client::enter(server.address, Encoding::Json);
    let error = client.call(with_token(token.clone())).error.expect("an error");
    assert_eq!((error.code, error.temporary), (100, true), "an SDK retries");
    let state = ready(&server);
    assert_eq!(state["ready"], false);
    assert!(state["failing"].to_string().contains("realm \\\"main\\\": keys were never fetched"), "{state}");
    provider.open();
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    enter(&server, token);
}

#[test]
fn a_provider_without_a_key_is_a_matter_of_time_too_and_the_operator_hears_of_it() {
    let provider = Provider::start(Vec::new());
    let server = Server::own(&realm("main", &provider, ""));
    let failing = patience::until("the first fetch is done", || {
        let failing = ready(&server)["failing"].to_string();
        (!failing.contains("never fetched")).then_some(failing)
    });
    assert!(failing.contains("can be fetched, and none of them can be used"), "{failing}");
    let said = server.process.said();
    assert!(said.contains("the provider publishes no key that can be used"), "{said}");
    assert_eq!(refused(&server, Key::new("one").token(ISSUER, "bob", &json!({}))), 100);
}

/// How many tokens of realm `main` were not taken for that reason.
fn counted(server: &Server, reason: &str) -> u32 {
    let name = format!("vestibule_refused_tokens_total{{realm=\"main\",reason=\"{reason}\"}} ");
    let metrics = http::get(server.address, "/metrics").body;
    let count = metrics.lines().find_map(|line| line.strip_prefix(&name)?.parse().ok());
    count.unwrap_or_default()
}

#[test]
fn why_a_token_was_not_taken_is_counted_by_what_was_wrong() {
    let key = Key::new("one");
    let [used, revoked] = ["a", "b"].map(|id| key.token(ISSUER, "ann", &json!({ "jti": id })));
    let unknown = ["x", "y"].map(|kid| Key::new(kid).token(ISSUER, "eve", &json!({ "jti": kid })));
    let provider = Provider::start(vec![key]);
    let text = realm("main", &provider, "single_use = true\n")
        + "[api]\nkey = \"a-key-of-the-api\"\n[metrics]\nenabled = true\n";
    let server = Server::own(&text);
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    enter(&server, used.clone());
    assert_eq!(refused(&server, used), 109);
    let answered = http::post(server.address, "/api/revoke", "a-key-of-the-api", r#"{"token":"b"}"#);
    assert_eq!(answered.status, 200);
    assert_eq!(refused(&server, revoked), 109);
    let [first, second] = unknown;
    assert_eq!(closed(&server, first), 3500, "the provider was asked and has no such key");
    assert_eq!(refused(&server, second), 100, "the provider is not asked again so soon");
    for (reason, count) in
        [("used", 1), ("revoked", 1), ("no_key", 1), ("key_not_asked", 1), ("keys_unavailable", 0)]
    {
        assert_eq!(counted(&server, reason), count, "{reason}");
    }
}

#[test]
fn a_provider_that_goes_away_is_missed_by_nobody_whose_key_is_known() {
    let key = Key::new("one");
    let token = key.token(ISSUER, "ann", &json!({}));
    let mut provider = Provider::start(vec![key]);
    let server = Server::own(&realm("main", &provider, ""));
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    provider.close();
    enter(&server, token.clone());
    enter(&server, token);
    let unknown = Key::new("two").token(ISSUER, "bob", &json!({}));
    assert_eq!(refused(&server, unknown), 100, "it cannot be told now");
}

#[test]
fn strangers_with_made_up_keys_cost_the_provider_one_fetch_in_a_cooldown() {
    let key = Key::new("one");
    let token = key.token(ISSUER, "ann", &json!({}));
    let provider = Provider::start(vec![key]);
    let server = Server::own(&realm("main", &provider, ""));
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    let before = provider.fetches();
    for index in 0..40 {
        let made_up = Key::new(&format!("made-up-{index}")).token(ISSUER, "eve", &json!({}));
        let mut client = Client::enter(server.address, Encoding::Json);
        client.ask([with_token(made_up)]);
        if index % 10 == 0 {
            enter(&server, token.clone());
        }
    }
    assert!(provider.fetches() - before <= 1, "{} fetches", provider.fetches() - before);
}

#[test]
fn a_realm_is_chosen_by_the_issuers_of_the_configuration_and_never_by_trusting_the_token() {
    let (ours, theirs) = (Key::new("k"), Key::new("k"));
    let good = ours.token(ISSUER, "ann", &json!({}));
    let forged = theirs.token(ISSUER, "ann", &json!({}));
    let other = theirs.token("https://other.example", "bob", &json!({}));
    let unknown = theirs.token("https://nobody.example", "bob", &json!({}));
    let (first, second) = (Provider::start(vec![ours]), Provider::start(vec![theirs]));
    let text =
        realm("ours", &first, "") + &realm("theirs", &second, "").replace(ISSUER, "https://other.example");
    let server = Server::own(&text);
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    enter(&server, good);
    enter(&server, other);
    assert_eq!(closed(&server, forged), 3500, "the same kid in another realm is another key");
    assert_eq!(closed(&server, unknown), 3500);
}

#[test]
fn organisations_that_tokens_name_share_nothing_and_nobody_names_another() {
    let key = Key::new("one");
    let of = |user: &str, org: &str| key.token(ISSUER, user, &json!({ "org_id": org }));
    let (ann, bob, eve) = (of("ann", "acme"), of("bob", "other"), of("eve", "evil"));
    let none = key.token(ISSUER, "nobody", &json!({}));
    let provider = Provider::start(vec![key]);
    let organisations = "organisation_claim = \"org_id\"\norganisations = [\"acme\", \"other\"]\n";
    let server = Server::own(&format!("{}{CHANNELS}", realm("main", &provider, organisations)));
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    let [mut ann, mut bob] = [ann, bob].map(|token| enter(&server, token));
    for client in [&mut ann, &mut bob] {
        client.call(Request::Subscribe(subscription("news"))).subscribe.expect("subscribed");
    }
    ann.publish("news", r#""of acme""#);
    bob.publish("news", r#""of other""#);
    assert_eq!(bob.publication().data, r#""of other""#.as_bytes(), "the first that bob sees is his own");
    assert_eq!(ann.publication().data, r#""of acme""#.as_bytes());
    assert_eq!(closed(&server, eve), 3500);
    assert_eq!(closed(&server, none), 3500);
}

#[test]
fn clients_of_a_realm_with_cadenzas_codes_are_told_what_they_wait_for() {
    let key = Key::new("one");
    let good = key.token(ISSUER, "ann", &json!({}));
    let expired = key.token(ISSUER, "ann", &json!({ "iat": 1, "exp": 2 }));
    let provider = Provider::start(vec![key]);
    let server = Server::own(&realm("main", &provider, "profile = \"cadenza\"\n"));
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    let mut client = Client::enter(server.address, Encoding::Json);
    let reply = client.call(with_token("not a token".into()));
    let error = reply.error.expect("an error");
    assert_eq!((error.code, error.message.as_str()), (100, "invalid token format"));
    assert_eq!(closed(&server, String::new()), 3500);
    assert_eq!(refused(&server, expired), 109);
    let changed = good.replacen("eyJ", "eyK", 1);
    assert_ne!(changed, good);
    enter(&server, good);
}

#[test]
fn a_token_of_single_use_opens_one_connection_also_after_a_restart() {
    let folder = vestibule_acceptance::config::Folder::default();
    let key = Key::new("one");
    let [first, second] = ["a", "b"].map(|id| key.token(ISSUER, "ann", &json!({ "jti": id })));
    let without_id = key.token(ISSUER, "ann", &json!({}));
    let provider = Provider::start(vec![key]);
    let store = format!("[store]\npath = \"{}\"\n", folder.file("kept.db"));
    let text = realm("main", &provider, "single_use = true\n") + &store;
    let server = Server::own(&text);
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    enter(&server, first.clone());
    assert_eq!(refused(&server, first.clone()), 109, "a client with a source of tokens asks it");
    assert_eq!(closed(&server, without_id), 3500);
    drop(server);
    let server = Server::own(&text);
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    assert_eq!(refused(&server, first), 109);
    enter(&server, second);
}

#[test]
fn hostile_tokens_on_open_sockets_let_nobody_in_and_harm_nobody_who_is_in() {
    let (ours, theirs) = (Key::new("k"), Key::new("k"));
    let token = |more: Value| ours.token(ISSUER, "mallory", &more);
    let good = token(json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let with_header = |header: Value| format!("{}.{}.{}", b64(&header.to_string()), parts[1], parts[2]);
    let forged_claims = b64(&good_claims("root"));
    let hostile = [
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("alg none", format!("{}.{}.", b64(r#"{"alg":"none"}"#), parts[1])),
        ("alg NoNe with a signature", with_header(json!({ "alg": "NoNe" }))),
        ("the public key as a secret", with_header(json!({ "alg": "HS256", "kid": "k" }))),
        ("a key of its own in the header", with_header(json!({ "alg": "ES256", "jwk": { "kty": "EC" } }))),
        (
            "an address of keys in the header",
            with_header(json!({ "alg": "ES256", "jku": "http://127.0.0.1/k" })),
        ),
        (
            "an extension that must be understood",
            with_header(json!({ "alg": "ES256", "kid": "k", "crit": ["b64"] })),
        ),
        ("another user under the same signature", format!("{}.{forged_claims}.{}", parts[0], parts[2])),
        ("a signature of zeros", format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86))),
        ("a signature that is cut off", good[..good.len() - 4].to_owned()),
        ("padding", format!("{good}==")),
        ("a line break", format!("{good}\n")),
        ("a fourth part", format!("{good}.{}", parts[2])),
        ("the same kid of somebody else", theirs.token(ISSUER, "mallory", &json!({}))),
        ("another issuer", ours.token("https://id.example.evil", "mallory", &json!({}))),
        ("another audience", token(json!({ "aud": "another app" }))),
        ("no audience", token(json!({ "aud": null }))),
        ("an end as text", token(json!({ "exp": "9999999999" }))),
        ("an end in a hundred years", token(json!({ "exp": 4_900_000_000_u64 }))),
        ("a user that is no text", token(json!({ "sub": { "$ne": null } }))),
        ("a user with a control character", token(json!({ "sub": "mallory\u{0}ann" }))),
        ("nothing but dots", "..".repeat(4_000)),
        ("depth", format!("{}.{}.{}", parts[0], b64(&"[".repeat(3_000)), parts[2])),
    ];
    let ann = ours.token(ISSUER, "ann", &json!({}));
    let untimely = [
        token(json!({ "iat": 1_700_000_000, "exp": 1_700_000_600 })),
        token(json!({ "nbf": 9_999_999_999_u64 })),
    ];
    let provider = Provider::start(vec![ours]);
    let server = Server::own(&format!("{}{CHANNELS}", realm("main", &provider, "")));
    patience::until("the keys are there", || (ready(&server)["ready"] == true).then_some(()));
    let mut ann = enter(&server, ann);
    ann.call(Request::Subscribe(subscription("news")));
    for (name, token) in hostile {
        assert_eq!(closed(&server, token), 3500, "{name}");
        ann.publish("news", "1");
    }
    for token in untimely {
        assert_eq!(refused(&server, token), 109, "it says so, since a fresh token would do");
    }
    let metrics = http::get(server.address, "/metrics").body;
    let said = metrics.contains("mallory") || metrics.contains(parts[1]);
    assert!(!said, "what was in a token is in the metrics");
}

fn good_claims(user: &str) -> String {
    let now = patience::unix_now().0;
    json!({ "iss": ISSUER, "sub": user, "aud": "app", "iat": now, "exp": now + 600 }).to_string()
}

fn b64(text: &str) -> String {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}
