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
    let port = dev.address.port();
    let url = dev
        .said
        .split_whitespace()
        .find(|word| word.starts_with("http://") && word.contains(&port.to_string()));
    let url = url.unwrap_or_else(|| panic!("expected an address with {port}; it said:\n{}", dev.said));
    let path = url.splitn(4, '/').nth(3).map_or("/".to_owned(), |path| format!("/{path}"));
    let page = get(dev.address, &path);
    assert_eq!(page.status, 200, "at {path}: {page:?}");
    assert!(page.body.to_lowercase().contains("<html"), "expected a page at {path}; came: {}", page.body);
}

#[test]
fn the_printed_tokens_let_their_users_in() {
    let dev = Dev::start();
    for token in tokens(&dev.said) {
        let mut client = Client::enter(dev.address, Encoding::Json);
        let reply = client.call(Request::Connect(ConnectRequest { token, ..ConnectRequest::default() }));
        assert!(reply.connect.is_some(), "expected to be connected; came: {:?}", reply.error);
    }
}

#[test]
fn the_printed_line_for_the_server_api_works() {
    let dev = Dev::start();
    let from = dev.said.find("curl").unwrap();
    // A line that ends with a backslash goes on in the next one.
    let mut line = String::new();
    for part in dev.said[from..].lines() {
        line.push_str(part.trim_end_matches('\\'));
        if !part.ends_with('\\') {
            break;
        }
    }
    let output = Command::new("sh").arg("-c").arg(&line).output().unwrap();
    let answer = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && answer.contains("\"result\""),
        "{line}\nwas expected to work; it said: {answer}"
    );
}
