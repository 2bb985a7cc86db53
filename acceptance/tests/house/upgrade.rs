//! Upgrades that other servers refuse, or answer in another way.

use std::io::{Read, Write};
use std::time::Duration;

use vestibule_acceptance::client::{Request, connection, subscription};
use vestibule_acceptance::http::{dial, exchange, receive};
use vestibule_acceptance::patience::Stopwatch;
use vestibule_acceptance::peer::{NONCE, PATH};
use vestibule_acceptance::{BOTH, Client, Config, Encoding, Peer, Server};
use vestibule_websocket::client::request;

/// How long the house waits for the head of a request, which no setting changes.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

fn upgrade_at(server: &Server, target: &str) -> Vec<u8> {
    request(&server.address.to_string(), target, NONCE, &[])
}

#[test]
fn the_root_is_a_way_in_too() {
    let server = Server::house(Config::default());
    for target in ["/", "/?format=json", "/connection/websocket", "/connection/websocket/"] {
        let peer = Peer::knock(server.address, target, &[]);
        assert_eq!(peer.map(|mut peer| peer.expect_nothing()), Ok(()), "at {target}");
    }
    assert_eq!(Peer::knock(server.address, "/elsewhere", &[]).err(), Some(404));
}

#[test]
fn another_version_is_told_which_one_is_spoken() {
    let server = Server::house(Config::default());
    for version in ["Sec-WebSocket-Version: 8\r\n", "Sec-WebSocket-Version: 14\r\n", ""] {
        let request = format!(
            "GET {PATH} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{version}\r\n"
        );
        let answer = exchange(server.address, request.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 426, "with {version:?}: {answer:?}");
        assert_eq!(answer.header("Sec-WebSocket-Version"), Some("13"), "with {version:?}: {answer:?}");
    }
}

#[test]
fn an_upgrade_with_another_method_is_refused_with_405() {
    let server = Server::house(Config::default());
    let mut request = upgrade_at(&server, PATH);
    request.splice(..3, *b"POST");
    let answer = exchange(server.address, &request).expect("an answer");
    assert_eq!(answer.status, 405, "{answer:?}");
}

#[test]
fn a_connection_that_has_carried_a_request_may_be_upgraded_and_its_first_frames_may_come_at_once() {
    let server = Server::house(Config::default());
    let mut stream = dial(server.address);
    for _ in 0..2 {
        stream.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
        let answer = receive(&mut stream).expect("an answer");
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let mut early = Client::enter(server.address, Encoding::Json);
    let message = early.message([connection("ann")]);
    stream.write_all(&[upgrade_at(&server, PATH), early.frame(&message)].concat()).unwrap();
    let mut client = Client::over(Peer::answered(stream).expect("to be let in"), Encoding::Json);
    let reply = client.reply();
    assert!(reply.id == 1 && reply.connect.is_some(), "expected to be connected; came: {reply:?}");
}

#[test]
fn a_refused_upgrade_on_a_connection_that_has_carried_a_request_is_refused_in_the_same_way() {
    let server = Server::house(Config::default());
    let mut stream = dial(server.address);
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    receive(&mut stream).expect("an answer");
    let request = request("h", PATH, NONCE, &[("Origin", "https://example.com")]);
    stream.write_all(&request).unwrap();
    let answer = receive(&mut stream).expect("an answer");
    assert_eq!((answer.status, &*answer.body), (403, "Forbidden\n"), "{answer:?}");
}

#[test]
fn frames_that_come_with_the_request_are_carried_out() {
    let server = Server::house(Config::default());
    for encoding in BOTH {
        let target =
            if encoding == Encoding::Json { PATH.to_owned() } else { format!("{PATH}?format=protobuf") };
        let mut writer = Client::enter(server.address, encoding);
        let connect = writer.message([connection("ann")]);
        let subscribe = writer.message([Request::Subscribe(subscription("room:early"))]);
        let packet =
            [upgrade_at(&server, &target), writer.frame(&connect), writer.frame(&subscribe)].concat();
        let mut stream = dial(server.address);
        stream.write_all(&packet).unwrap();
        let mut client = Client::over(Peer::answered(stream).expect("to be let in"), encoding);
        let (first, second) = (client.reply(), client.reply());
        assert!(first.id == 1 && first.connect.is_some(), "in {encoding:?}: {first:?}");
        assert!(second.id == 2 && second.subscribe.is_some(), "in {encoding:?}: {second:?}");
    }
}

#[test]
fn a_request_whose_frames_are_cut_anywhere_is_carried_out() {
    let server = Server::house(Config::default());
    let mut writer = Client::enter(server.address, Encoding::Json);
    let connect = writer.message([connection("ann")]);
    let head = upgrade_at(&server, PATH);
    let packet = [&head[..], &writer.frame(&connect)].concat();
    for cut in (head.len() - 6..head.len() + 20).chain([1, packet.len() - 1]) {
        let mut stream = dial(server.address);
        stream.write_all(&packet[..cut]).unwrap();
        stream.write_all(&packet[cut..]).unwrap();
        let mut client = Client::over(Peer::answered(stream).expect("to be let in"), Encoding::Json);
        assert!(client.reply().connect.is_some(), "cut at {cut}: expected to be connected");
    }
}

#[test]
fn a_head_that_never_ends_is_cut_off_after_its_time() {
    let server = Server::house(Config::default());
    let mut stream = dial(server.address);
    let watch = Stopwatch::start();
    stream.write_all(b"GET /connection/websocket HTTP/1.1\r\nHost: never").unwrap();
    let mut byte = [0; 1];
    let read = stream.read(&mut byte);
    assert!(matches!(read, Ok(0)), "expected the end of the connection; came: {read:?}");
    let took = watch.elapsed();
    assert!(
        took >= HEAD_TIMEOUT.mul_f32(0.9) && took < HEAD_TIMEOUT * 2,
        "expected it after {HEAD_TIMEOUT:?}; it took {took:?}"
    );
}

#[test]
fn a_head_with_cookies_of_a_whole_domain_is_understood_and_one_above_the_limit_is_not() {
    let server = Server::house(Config::default());
    let knock = |size: usize| {
        let cookie = "x".repeat(size);
        let request = request("h", PATH, NONCE, &[("Cookie", &cookie)]);
        exchange(server.address, &request).map(|answer| answer.status)
    };
    assert_eq!(knock(12 << 10), Some(101));
    let status = knock(20 << 10);
    assert!(matches!(status, None | Some(431 | 400)), "expected a refusal or an end; came: {status:?}");
}
