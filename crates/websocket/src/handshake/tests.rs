use bytes::BytesMut;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Version};

use super::{Refusal, Upgrade, check, check_http, check_httparse};

type Header<'a> = (&'a str, &'a [u8]);

/// The key of the RFC's own example.
const KEY: &[u8] = b"dGhlIHNhbXBsZSBub25jZQ==";
const VALID: [Header<'static>; 4] = [
    ("Connection", b"Upgrade"),
    ("Upgrade", b"websocket"),
    ("Sec-WebSocket-Version", b"13"),
    ("Sec-WebSocket-Key", KEY),
];

fn get<'a>(headers: &[Header<'a>]) -> Result<Upgrade<'a>, Refusal> {
    check("GET", Version::HTTP_11, headers.iter().copied())
}

/// The valid request with one header taken out, or replaced.
fn with<'a>(name: &str, value: Option<&'a [u8]>) -> Vec<Header<'a>> {
    let kept = VALID.into_iter().filter(|(other, _)| *other != name);
    let changed = VALID.into_iter().find(|(other, _)| *other == name).expect("a header of the valid request");
    kept.chain(value.map(|value| (changed.0, value))).collect()
}

fn offering<'a>(values: &[&'a str]) -> Upgrade<'a> {
    let offers = values.iter().map(|value| ("Sec-WebSocket-Protocol", value.as_bytes()));
    check("GET", Version::HTTP_11, VALID.into_iter().chain(offers)).expect("a valid upgrade")
}

#[test]
fn the_example_of_the_rfc_is_accepted_with_its_hash() {
    let upgrade = get(&VALID).unwrap();
    assert_eq!(upgrade.accept(), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert!(upgrade.subprotocols().is_empty());
}

#[test]
fn header_values_are_lists_in_any_case_and_may_be_spread_over_lines() {
    let headers: [Header; 6] = [
        ("CONNECTION", b"keep-alive ,\tUPGRADE"),
        ("connection", b"close"),
        ("upgrade", b"h2c, WebSocket"),
        ("sec-websocket-version", b" 13 "),
        ("sec-websocket-key", KEY),
        ("host", b"example.com"),
    ];
    assert!(get(&headers).is_ok());
}

#[test]
fn a_plain_get_is_refused_with_400_and_the_version_that_is_spoken() {
    let refusal = get(&[("Host", b"example.com")]).unwrap_err();
    assert_eq!(refusal, Refusal::NotAnUpgrade);
    assert_eq!((refusal.status(), refusal.body()), (400, "Bad Request\n"));
    assert_eq!(refusal.headers(), [("Sec-WebSocket-Version", "13")]);
}

#[test]
fn connection_and_upgrade_must_both_ask_for_it() {
    assert_eq!(get(&with("Connection", None)), Err(Refusal::NotAnUpgrade));
    assert_eq!(get(&with("Connection", Some(b"keep-alive"))), Err(Refusal::NotAnUpgrade));
    assert_eq!(get(&with("Connection", Some(b"upgraded"))), Err(Refusal::NotAnUpgrade));
    assert_eq!(get(&with("Upgrade", None)), Err(Refusal::NotAnUpgrade));
    assert_eq!(get(&with("Upgrade", Some(b"h2c"))), Err(Refusal::NotAnUpgrade));
}

#[test]
fn only_http_1_1_can_be_upgraded() {
    for version in [Version::HTTP_10, Version::HTTP_2] {
        assert_eq!(check("GET", version, VALID), Err(Refusal::NotAnUpgrade));
    }
}

#[test]
fn another_method_is_refused_with_405() {
    let refusal = check("POST", Version::HTTP_11, VALID).unwrap_err();
    assert_eq!((refusal.status(), refusal.body()), (405, "Method Not Allowed\n"));
    assert!(refusal.headers().contains(&("Allow", "GET")));
}

#[test]
fn another_version_or_none_is_refused_with_426() {
    for version in [None, Some(&b"8"[..]), Some(b"131"), Some(b"")] {
        let refusal = get(&with("Sec-WebSocket-Version", version)).unwrap_err();
        assert_eq!((refusal.status(), refusal.body()), (426, "Upgrade Required\n"));
        assert!(refusal.headers().contains(&("Sec-WebSocket-Version", "13")));
        assert!(refusal.headers().contains(&("Upgrade", "websocket")));
    }
}

#[test]
fn a_key_is_sixteen_bytes_in_base64_and_comes_once() {
    for key in [
        None,
        Some(&b""[..]),
        Some(b"c2hvcnQ="),
        Some(b"dGhlIHNhbXBsZSBub25jZQ"),
        Some(b"!GhlIHNhbXBsZSBub25jZQ=="),
    ] {
        assert_eq!(get(&with("Sec-WebSocket-Key", key)), Err(Refusal::Key));
    }
    let twice: Vec<_> = VALID.into_iter().chain([("sec-websocket-key", KEY)]).collect();
    assert_eq!(get(&twice), Err(Refusal::Key));
    assert!(
        get(&with("Sec-WebSocket-Key", Some(b"dGhlIHNhbXBsZSBub25jZR=="))).is_ok(),
        "stray bits are let through"
    );
}

#[test]
fn the_clients_favourite_among_the_supported_subprotocols_is_selected() {
    let supported = ["centrifuge-json", "centrifuge-protobuf"];
    assert_eq!(offering(&["centrifuge-protobuf"]).select(&supported), Some("centrifuge-protobuf"));
    assert_eq!(
        offering(&["x, centrifuge-protobuf ,centrifuge-json"]).select(&supported),
        Some("centrifuge-protobuf")
    );
    assert_eq!(
        offering(&["x", "centrifuge-json", "centrifuge-protobuf"]).select(&supported),
        Some("centrifuge-json")
    );
    assert_eq!(offering(&["Centrifuge-JSON"]).select(&supported), None, "names are compared exactly");
    assert_eq!(offering(&["something-else"]).select(&supported), None);
}

#[test]
fn an_empty_subprotocol_header_counts_as_absent() {
    for empty in ["", " ", ",", " , "] {
        assert!(offering(&[empty]).subprotocols().is_empty());
    }
    assert_eq!(offering(&["", "a"]).subprotocols(), ["a"]);
}

#[test]
fn an_offer_that_is_not_a_token_is_never_echoed() {
    assert_eq!(offering(&["two words, ok, sem;icolon, ünicode, \"quoted\""]).subprotocols(), ["ok"]);
}

#[test]
fn the_answer_is_written_whole() {
    let upgrade = offering(&["centrifuge-json"]);
    let mut bytes = BytesMut::new();
    upgrade.write_response(upgrade.select(&["centrifuge-json"]), &[("Server", "vestibule")], &mut bytes);
    let expected = "HTTP/1.1 101 Switching Protocols\r\n\
        Upgrade: websocket\r\n\
        Connection: Upgrade\r\n\
        Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
        Sec-WebSocket-Protocol: centrifuge-json\r\n\
        Server: vestibule\r\n\r\n";
    assert_eq!(bytes, expected.as_bytes());

    let mut without = Vec::new();
    upgrade.write_response(None, &[], &mut without);
    assert!(!String::from_utf8(without).unwrap().contains("Sec-WebSocket-Protocol"));
}

#[test]
fn a_refusal_is_written_whole() {
    let mut bytes = Vec::new();
    Refusal::NotAnUpgrade.write_response(&mut bytes);
    let expected = "HTTP/1.1 400 Bad Request\r\n\
        Sec-WebSocket-Version: 13\r\n\
        Content-Type: text/plain; charset=utf-8\r\n\
        Content-Length: 12\r\n\
        Connection: close\r\n\r\n\
        Bad Request\n";
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
}

#[test]
fn a_request_read_by_httparse_or_by_hyper_is_the_same_upgrade() {
    let text = b"GET /connection/websocket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: a, b\r\n\r\n";
    let mut headers = [httparse::EMPTY_HEADER; 16];
    let mut request = httparse::Request::new(&mut headers);
    assert!(request.parse(text).unwrap().is_complete());

    let mut map = HeaderMap::new();
    for header in request.headers.iter() {
        let name = HeaderName::from_bytes(header.name.as_bytes()).unwrap();
        map.append(name, HeaderValue::from_bytes(header.value).unwrap());
    }
    let by_hyper = check_http(&Method::GET, Version::HTTP_11, &map).unwrap();
    let by_httparse = check_httparse(&request).unwrap();
    assert_eq!(by_hyper, by_httparse);
    assert_eq!(by_httparse.subprotocols(), ["a", "b"]);

    request.version = Some(0);
    assert_eq!(check_httparse(&request), Err(Refusal::NotAnUpgrade));
}
