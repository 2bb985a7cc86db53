//! `vestibule dev`: a house to try things with.

use std::net::SocketAddr;
use std::process::Command;

use vestibule_acceptance::client::Request;
use vestibule_acceptance::http::get;
use vestibule_acceptance::{Client, Encoding, Process, port, program};
use vestibule_doors::centrifuge::wire::ConnectRequest;

/// A house for development, and what it said once it stood.
struct Dev {
    _process: Process,
    address: SocketAddr,
    said: String,
}

impl Dev {
    fn start() -> Self {
        let address = port::free();
        let mut house = program::house();
        house.arg("dev").arg("--port").arg(address.port().to_string());
        let process = Process::start(house);
        let said = process.hears("a curl line and tokens", |said| {
            let whole = said.contains("curl") && !tokens(said).is_empty() && said.ends_with('\n');
            whole.then(|| said.to_owned())
        });
        vestibule_acceptance::patience::until("the house answers", || {
            std::net::TcpStream::connect(address).ok()
        });
        Self { _process: process, address, said }
    }
}

/// Everything that looks like a token.
fn tokens(said: &str) -> Vec<String> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let words = said.split(|c| !is_of_token(c));
    words.filter(|word| word.starts_with("eyJ") && word.matches('.').count() == 2).map(String::from).collect()
}

#[test]
fn the_address_of_the_demo_is_printed_and_the_demo_is_there() {
    let dev = Dev::start();
    let port = dev.address.port().to_string();
    let urls = dev.said.split_whitespace().filter(|word| word.starts_with("http://"));
    let path =
        urls.filter_map(|url| url.split_once(&port).map(|(_, path)| path)).find(|path| path.contains("demo"));
    let path =
        path.unwrap_or_else(|| panic!("expected the address of a demo at {port}; it said:\n{}", dev.said));
    let page = get(dev.address, path);
    assert_eq!(page.status, 200, "at {path}: {page:?}");
    assert!(page.body.to_lowercase().contains("<html"), "expected a page at {path}; came: {}", page.body);
}

#[test]
fn the_printed_tokens_let_their_users_in() {
    let dev = Dev::start();
    for token in tokens(&dev.said) {
        enter(dev.address, token);
    }
}

#[track_caller]
fn enter(address: SocketAddr, token: String) -> Client {
    let mut client = Client::enter(address, Encoding::Json);
    let reply = client.call(Request::Connect(ConnectRequest { token, ..ConnectRequest::default() }));
    assert!(reply.connect.is_some(), "expected to be connected; came: {:?}", reply.error);
    client
}

#[test]
fn the_printed_line_for_the_server_api_publishes_to_those_who_came_with_a_printed_token() {
    let dev = Dev::start();
    let line = dev.said.lines().map(str::trim).find(|line| line.starts_with("curl")).expect("a curl line");
    let channel = line.split("\"channel\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let channel = channel.unwrap_or_else(|| panic!("expected a channel in {line}"));
    let mut guests: Vec<_> = tokens(&dev.said).into_iter().map(|token| enter(dev.address, token)).collect();
    for guest in &mut guests {
        guest.subscribe(channel);
    }
    let output = Command::new("sh").arg("-c").arg(line).output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && answer.contains("\"result\""),
        "{line}\nwas expected to work; it said: {answer}"
    );
    for guest in &mut guests {
        let publication = guest.publication();
        assert!(
            line.contains(&*String::from_utf8_lossy(&publication.data)),
            "{line}\ncame as {publication:?}"
        );
    }
}
