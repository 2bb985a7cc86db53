//! How a connection comes in.

use std::io::Write;

use vestibule_acceptance::http::{self, dial, exchange};
use vestibule_acceptance::peer::{NONCE, PATH};
use vestibule_acceptance::{Client, Config, Encoding, Event, Peer, Server};
use vestibule_websocket::client::request;

#[test]
fn a_plain_get_is_told_which_version_is_spoken() {
    let server = Server::start(Config::default());
    let answer = http::get(server.address, PATH);
    assert_eq!(answer.status, 400, "expected Bad Request; came: {answer:?}");
    assert_eq!(answer.body, "Bad Request\n", "came: {answer:?}");
    assert_eq!(answer.header("Sec-WebSocket-Version"), Some("13"), "came: {answer:?}");
}

#[test]
fn a_key_that_is_not_sixteen_bytes_in_base64_is_refused_with_400() {
    let server = Server::start(Config::default());
    for key in ["Sec-WebSocket-Key: dGVu\r\n", "Sec-WebSocket-Key: ????????????????????????\r\n", ""] {
        let request = format!(
            "GET {PATH} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\n{key}\r\n"
        );
        let answer = exchange(server.address, request.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 400, "with {key:?}: {answer:?}");
    }
}

#[test]
fn without_allowed_origins_programs_may_enter_and_pages_may_not() {
    let server = Server::start(Config::default());
    Peer::enter(server.address);
    let refusal = Peer::knock(server.address, PATH, &[("Origin", "https://example.com")]);
    assert_eq!(refusal.err(), Some(403));
}

#[test]
fn a_page_is_let_in_when_its_origin_fits_a_pattern() {
    let origins = ["https://*.example.com", "http://localhost:3000"].map(String::from).to_vec();
    let server = Server::start(Config::default().set("client.allowed_origins", origins));
    let knock = |origin| Peer::knock(server.address, PATH, &[("Origin", origin)]).err();
    assert_eq!(knock("https://chat.example.com"), None);
    assert_eq!(knock("http://localhost:3000"), None);
    assert_eq!(knock("https://example.com"), Some(403));
    assert_eq!(knock("http://chat.example.com"), Some(403));
    assert_eq!(knock("https://chat.example.com.evil.org"), Some(403));
    assert_eq!(knock("null"), Some(403));
}

#[test]
fn the_subprotocol_that_is_known_is_selected_and_an_unknown_one_is_not_echoed() {
    let server = Server::start(Config::default());
    let offers = [
        ("centrifuge-json", Some("centrifuge-json")),
        ("centrifuge-protobuf", Some("centrifuge-protobuf")),
        ("mqtt, centrifuge-protobuf", Some("centrifuge-protobuf")),
        ("mqtt", None),
    ];
    for (offer, selected) in offers {
        let peer = Peer::knock(server.address, PATH, &[("Sec-WebSocket-Protocol", offer)]);
        assert_eq!(peer.map(|peer| peer.subprotocol), Ok(selected.map(String::from)), "offered: {offer}");
    }
}

#[test]
fn a_subprotocol_header_without_a_value_counts_as_none() {
    let server = Server::start(Config::default());
    let peer = Peer::knock(server.address, PATH, &[("Sec-WebSocket-Protocol", "")]);
    assert_eq!(peer.map(|peer| peer.subprotocol), Ok(None));
}

#[test]
fn the_query_can_ask_for_protobuf() {
    let server = Server::start(Config::default());
    for query in ["format=protobuf", "cf_protocol=protobuf", "cf_protocol_version=v2&format=protobuf"] {
        let peer = Peer::knock(server.address, &format!("{PATH}?{query}"), &[]).expect("to be let in");
        assert_eq!(peer.subprotocol, None, "none was offered");
        let mut client = Client::over(peer, Encoding::Protobuf);
        client.ask([vestibule_acceptance::client::connection("ann")]);
        let answer = client.peer.event();
        assert!(
            matches!(answer, Event::Binary(_)),
            "with {query} a binary message was expected; came: {answer:?}"
        );
    }
}

#[test]
fn a_head_that_comes_byte_by_byte_is_understood() {
    let server = Server::start(Config::default());
    let mut stream = dial(server.address);
    for byte in request("localhost", PATH, NONCE, &[]) {
        stream.write_all(&[byte]).unwrap();
    }
    let mut peer = Peer::answered(stream).expect("to be let in");
    peer.expect_nothing();
}

#[test]
fn garbage_is_answered_with_400_and_harms_nobody() {
    let server = Server::start(Config::default());
    let mut guest = Client::connect(server.address, Encoding::Json, "ann");
    let garbage: [&[u8]; 4] = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"HELO mail.example.com\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"\xff\xfe\xfd\r\n\r\n",
    ];
    for bytes in garbage {
        let answer = exchange(server.address, bytes).map(|answer| answer.status);
        assert_eq!(answer, Some(400), "expected Bad Request to {:?}", String::from_utf8_lossy(bytes));
    }
    guest.publish("news", r#"{"still":"here"}"#);
}

#[test]
fn a_head_that_is_far_too_long_is_not_let_in_and_harms_nobody() {
    let server = Server::start(Config::default());
    let cookie = "x".repeat(4 << 20);
    let bytes = request("localhost", PATH, NONCE, &[("Cookie", &cookie)]);
    let status = exchange(server.address, &bytes).map(|answer| answer.status);
    assert!(matches!(status, None | Some(431 | 400)), "expected a refusal or an end; came: {status:?}");
    Client::connect(server.address, Encoding::Json, "ann");
}
