//! Nothing of a token, a secret or a message is ever written to the log.

use vestibule_acceptance::client::{Request, connection, publication, subscription};
use vestibule_acceptance::config::{API_KEY, TOKEN_SECRET};
use vestibule_acceptance::http::{exchange, post};
use vestibule_acceptance::peer::PATH;
use vestibule_acceptance::process::Signal;
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Event, Peer, Server, token};
use vestibule_doors::centrifuge::wire::{ConnectRequest, SubscribeRequest};

/// In every message that is sent.
const MESSAGE: &str = "a-private-message";

/// No house trusts it. It is shown wherever a token can be shown.
const BAD_TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJub3QiOiJnb29kIn0.bm8tc2lnbmF0dXJl";

fn message() -> String {
    format!(r#"{{"text":"{MESSAGE}"}}"#)
}

/// Everything that can go right.
fn behave(server: &Server, encoding: Encoding) {
    let mut client = Client::connect(server.address, encoding, "ann");
    client.subscribe("room:quiet");
    client.publish("room:quiet", &message());
    client.publication();
    client.history("room:quiet");
    let answer = post(
        server.address,
        "/api/publish",
        API_KEY,
        &format!(r#"{{"channel":"room:quiet","data":{}}}"#, message()),
    );
    assert_eq!(answer.status, 200, "{answer:?}");
    client.peer.close(Some(1000));
}

/// Much of what can go wrong.
fn misbehave(server: &Server, encoding: Encoding) {
    let mut forger = Client::enter(server.address, encoding);
    forger.ask([Request::Connect(ConnectRequest { token: BAD_TOKEN.into(), ..ConnectRequest::default() })]);
    forger.peer.expect_close(3500);
    let mut stranger = Client::enter(server.address, encoding);
    let token = token::signed_with("another-secret-that-is-long-enough", "ann");
    stranger.ask([Request::Connect(ConnectRequest { token, ..ConnectRequest::default() })]);
    stranger.peer.expect_close(3500);
    let mut client = Client::connect(server.address, encoding, "ann");
    client.call(publication("unknown:channel", &message()));
    client
        .call(Request::Subscribe(SubscribeRequest { token: BAD_TOKEN.into(), ..subscription("room:quiet") }));
    let garbage = client.frame(format!("{MESSAGE}{{{{").as_bytes());
    client.peer.send(&garbage);
    while client.peer.event() != Event::End {
        client.peer.stop_talking();
    }
    Peer::knock(
        server.address,
        &format!("{PATH}?cf_connect={BAD_TOKEN}"),
        &[("Origin", "https://example.com")],
    )
    .unwrap_err();
    Peer::knock(server.address, &format!("/nowhere?token={BAD_TOKEN}"), &[("Authorization", BAD_TOKEN)])
        .unwrap_err();
    exchange(server.address, format!("GET /{MESSAGE} HTTP/1.1\r\nHost\r\n\r\n").as_bytes());
    post(server.address, "/api/publish", "a-wrong-api-key", &message());
    post(server.address, "/api/publish", API_KEY, &format!("{MESSAGE}{{{{"));
}

#[test]
fn neither_tokens_nor_secrets_nor_messages_are_logged_at_any_level() {
    for level in ["debug", "trace"] {
        let mut server = Server::house(Config::default().set("log.level", level));
        for encoding in BOTH {
            behave(&server, encoding);
            misbehave(&server, encoding);
        }
        let mut last = Client::enter(server.address, Encoding::Json);
        last.ask([connection("ann")]);
        server.process.signal(Signal::TERM);
        server.process.end();
        let said = server.process.said();
        assert!(
            said.to_lowercase().contains("debug"),
            "at {level} something was expected to be logged; it said:\n{said}"
        );
        let good = token::of("ann");
        // A token's header says nothing; its claims and its signature are what must not be seen.
        let parts: Vec<&str> = good.split('.').skip(1).take(1).chain(BAD_TOKEN.split('.').skip(1)).collect();
        for secret in parts.into_iter().chain([MESSAGE, TOKEN_SECRET, API_KEY, "a-wrong-api-key"]) {
            let line = said.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "at {level} the log holds {secret:?}");
        }
    }
}
