//! What one token and one address may have when the operator has set nothing.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use vestibule_acceptance::Peer;
use vestibule_acceptance::http::{dial, get};
use vestibule_acceptance::signal::{SignalServer, message};

/// `signal.connections_per_token`.
const OF_A_TOKEN: usize = 500;
/// `limits.connections_per_address`, where the door is alone.
const OF_AN_ADDRESS: usize = 2_000;
/// `limits.connections_per_address_per_second`, where the door is alone.
const IN_A_SECOND: usize = 200;

/// The tests open them faster than one address may.
const AS_FAST_AS_THEY_COME: (&str, &str) = ("VESTIBULE_LIMITS__CONNECTIONS_PER_ADDRESS_PER_SECOND", "0");

/// A process may often have fewer sockets than these tests need.
fn many_sockets() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
}

#[test]
fn a_token_has_its_connections_and_another_one_has_others() {
    many_sockets();
    let server = SignalServer::with(&[AS_FAST_AS_THEY_COME]);
    let token = server.token("room");
    let enter = |id: usize| {
        let mut peer = server.knock(&format!("token={token}&room=room&nodeId={id}"));
        peer.text(r#"{"type":"register","role":"normal"}"#);
        peer
    };
    let mut peers: Vec<_> = (0..OF_A_TOKEN).map(enter).collect();
    for peer in &mut peers {
        assert_eq!(message(peer)["type"], "peer-list");
    }
    enter(OF_A_TOKEN).expect_close(1008);
    let other = server.token("other");
    let mut stranger = server.knock(&format!("token={other}&room=other&nodeId=a"));
    stranger.text(r#"{"type":"register","role":"normal"}"#);
    assert_eq!(message(&mut stranger)["type"], "peer-list");
    peers.pop().unwrap().close(Some(1000));
    server.until_peers(OF_A_TOKEN as u64);
    assert_eq!(message(&mut enter(OF_A_TOKEN))["type"], "peer-list", "a seat was given back");
}

#[test]
fn an_address_has_its_connections_and_another_one_has_others() {
    many_sockets();
    let server =
        SignalServer::with(&[AS_FAST_AS_THEY_COME, ("VESTIBULE_LISTEN__TRUSTED_PROXIES", "127.0.0.1")]);
    let knock = |from: &str| Peer::knock(server.address, "/signal?room=r", &[("X-Forwarded-For", from)]);
    let kept: Vec<_> =
        (0..OF_AN_ADDRESS).map(|_| knock("192.0.2.1").map_err(|status| status.to_string())).collect();
    assert!(kept.iter().all(Result::is_ok), "an office has room");
    assert_eq!(knock("192.0.2.1").err(), Some(429));
    assert!(knock("192.0.2.2").is_ok());
}

#[test]
fn an_address_opens_its_connections_no_faster_than_an_office_does() {
    many_sockets();
    let server = SignalServer::start();
    let request =
        vestibule_websocket::client::request("h", "/signal?room=r", vestibule_acceptance::peer::NONCE, &[]);
    let knock = |_| {
        let mut stream = dial(server.address);
        std::io::Write::write_all(&mut stream, &request).unwrap();
        stream
    };
    let streams: Vec<_> = (0..4 * IN_A_SECOND).map(knock).collect();
    let answers: Vec<_> = streams.into_iter().map(Peer::answered).collect();
    let open = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(open >= IN_A_SECOND, "an office that comes at once has room: {open}");
    assert!(
        open < answers.len() && answers.iter().all(|answer| !matches!(answer, Err(status) if *status != 429))
    );
}

#[test]
fn a_proxy_that_was_forgotten_is_named_once() {
    let server = SignalServer::start();
    for _ in 0..2 {
        let head =
            b"GET /health HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 192.0.2.1\r\nConnection: close\r\n\r\n";
        assert_eq!(vestibule_acceptance::http::exchange(server.address, head).unwrap().status, 200);
    }
    assert_eq!(get(server.address, "/health").status, 200);
    let named = |said: &str| said.matches("listen.trusted_proxies").count();
    server.process.hears("which setting is missing", |said| (named(said) > 0).then_some(()));
    let said = server.process.said();
    assert_eq!(named(&said), 1, "{said}");
}
