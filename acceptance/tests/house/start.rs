//! A house that cannot start says why, and which setting it is about.

use std::net::{TcpListener, TcpStream};

use vestibule_acceptance::config::ConfigFile;
use vestibule_acceptance::patience::until;
use vestibule_acceptance::{Config, Process, Server, http, port, program};

/// Starts a house that should not stand, and gives what it said.
#[track_caller]
fn refused(file: &ConfigFile) -> String {
    let mut house = program::house();
    house.arg("centrifugo").arg("--config").arg(file.path());
    let mut process = Process::start(house);
    let status = process.end();
    let said = process.said();
    assert!(
        status.code().is_some_and(|code| code != 0),
        "expected a failure; it ended with {status} and said:\n{said}"
    );
    assert!(!said.contains("panicked"), "expected a message; it panicked:\n{said}");
    said
}

#[track_caller]
fn names(said: &str, expected: &str) {
    assert!(said.contains(expected), "expected a message that names {expected:?}; it said:\n{said}");
}

#[test]
fn a_port_that_another_program_has_is_named() {
    let address = port::free();
    let _other = TcpListener::bind(address).unwrap();
    let said = refused(&Config::default().at(address).write());
    names(&said, &address.port().to_string());
}

#[test]
fn a_port_that_another_house_has_is_named() {
    let other = Server::house(Config::default());
    let said = refused(&Config::default().at(other.address).write());
    names(&said, &other.address.port().to_string());
}

#[test]
fn a_setting_of_the_wrong_kind_is_named_by_its_key() {
    let wrong = [
        ("http_server.port", "abc"),
        ("client.ping_interval", "soon"),
        ("client.channel_limit", "many"),
        ("websocket.message_size_limit", "big"),
        ("client.token.rsa_public_key", "no key"),
    ];
    for (key, value) in wrong {
        let said = refused(&Config::default().set(key, value).write());
        let last = key.rsplit('.').next().unwrap();
        names(&said, last);
    }
}

#[test]
fn a_ping_that_is_not_longer_than_its_pong_is_refused() {
    let config = Config::default().set("client.ping_interval", "2s").set("client.pong_timeout", "3s");
    names(&refused(&config.write()), "ping_interval");
}

#[test]
fn a_namespace_that_cannot_be_is_named() {
    let namespaces = serde_json::json!([{ "name": "a" }]);
    names(&refused(&Config::default().set("channel.namespaces", namespaces).write()), "namespace");
    let twice = serde_json::json!([{ "name": "twice" }, { "name": "twice" }]);
    names(&refused(&Config::default().set("channel.namespaces", twice).write()), "twice");
    let history = serde_json::json!([{ "name": "lonely", "history_size": 10 }]);
    names(&refused(&Config::default().set("channel.namespaces", history).write()), "lonely");
}

#[test]
fn all_complaints_come_at_once() {
    let config = Config::default().set("client.ping_interval", "soon").set("client.channel_limit", "many");
    let said = refused(&config.write());
    names(&said, "ping_interval");
    names(&said, "channel_limit");
}

#[test]
fn a_file_that_is_not_there_or_not_json_is_named() {
    let file = ConfigFile::with_text("{ bad");
    let name = file.path().file_name().unwrap().to_string_lossy().into_owned();
    names(&refused(&file), &name);
    std::fs::remove_file(file.path()).unwrap();
    names(&refused(&file), &name);
}

#[test]
fn no_complaint_repeats_a_secret() {
    let config = Config::default()
        .set("client.token.hmac_secret_key", serde_json::json!(["hush-hush-hush-hush"]))
        .set("http_api.key", serde_json::json!({ "mum": "is-the-word" }))
        .set("client.token.rsa_public_key", "-----BEGIN PUBLIC KEY-----\nsecretly\n-----END PUBLIC KEY-----");
    let said = refused(&config.write());
    for secret in ["hush-hush-hush-hush", "is-the-word", "secretly"] {
        assert!(!said.contains(secret), "a complaint repeats {secret:?}:\n{said}");
    }
}

const REALM: &str = "[realms.main]\nsecret = \"0123456789abcdef0123456789abcdef\"\n";

#[test]
fn a_stray_variable_that_keeps_the_house_from_being_ready_is_warned_of_at_check_and_at_start() {
    let stray = [("JWT_ISSUER", "somebody's")];
    let file = ConfigFile::toml(REALM);
    let mut house = program::house();
    house.arg("check").arg("--config").arg(file.path()).envs(stray);
    let mut process = Process::start(house);
    let (status, said) = (process.end(), process.said());
    assert_eq!(status.code(), Some(0), "{said}");
    names(&said, "warning: /api/v1/cloudflare/request-access: not given: issuer.handshake.private_key");
    names(&said, "JWT_ISSUER");
    let server = Server::own_with(REALM, &stray);
    names(&server.process.said(), "because of issuer.handshake.issuer (JWT_ISSUER)");
}

#[test]
fn a_house_whose_log_and_greeting_cannot_be_written_stands() {
    let address = port::free();
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut house = program::house();
    house.args(["dev", "--port", &address.port().to_string()]).stdout(full()).stderr(full());
    let mut child = house.spawn().unwrap();
    let answer = until("the house answers", || {
        assert!(child.try_wait().unwrap().is_none(), "the house was expected to stand");
        TcpStream::connect(address).ok()?;
        Some(http::get(address, "/health"))
    });
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(answer.status, 200);
}
