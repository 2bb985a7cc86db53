//! What strangers with made-up keys cost those who are welcome:
//! `VESTIBULE_BIN=target/release/vestibule cargo run --release -p vestibule-acceptance --example storm`.
//!
//! The house trusts a provider on this machine. Clients with good tokens, each with one of its own, come in one after the
//! other, first alone and then while strangers come at a steady rate, each with a token that names a key which nobody has.
//! The time from the first byte to the reply is taken of each, and the provider counts its requests.

#![expect(clippy::print_stdout, reason = "an example speaks to a person")]
#![expect(clippy::disallowed_methods, reason = "time is what is measured")]
#![allow(clippy::unwrap_used, reason = "whatever fails ends the measurement")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vestibule_acceptance::client::with_token;
use vestibule_acceptance::{Client, Encoding, Key, Provider, Server, http, patience};

const ISSUER: &str = "https://id.example";
/// Good connects in each part.
const GOOD: usize = 4_000;
/// Strangers in a second.
const STRANGERS: u32 = 1_000;
/// Threads of strangers.
const THREADS: u32 = 4;
/// Made-up tokens; each names another key. They are used over and over.
const MADE_UP: usize = 4_000;

fn main() {
    let key = Key::new("good");
    let token = |key: &Key, user: &str| key.token(ISSUER, user, &json!({}));
    let good: Vec<_> = (0..2 * GOOD).map(|number| token(&key, &format!("user {number}"))).collect();
    let made_up = (0..MADE_UP).map(|number| Key::new(&format!("made up {number}")));
    let strangers: Vec<_> = made_up.map(|key| token(&key, "stranger")).collect();
    let provider = Provider::start(vec![key]);
    let server = Server::own(&format!(
        "[realms.main]\npreset = \"oidc\"\nissuers = [\"{ISSUER}\"]\naudiences = [\"app\"]\njwks_url = \"{}\"\n",
        provider.jwks_url()
    ));
    let is_ready = || {
        let state: Value = serde_json::from_str(&http::get(server.address, "/readyz").body).unwrap();
        (state["ready"] == true).then_some(())
    };
    patience::until("the keys are there", is_ready);

    let (alone, crowded) = good.split_at(GOOD);
    tell("alone", connect_all(&server, alone));
    let before = provider.fetches();
    let (ended, came) = (AtomicBool::new(false), AtomicUsize::new(0));
    let begun = Instant::now();
    let taken = thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| come(&server, &strangers, &ended, &came));
        }
        let taken = connect_all(&server, crowded);
        ended.store(true, Ordering::Relaxed);
        taken
    });
    let seconds = begun.elapsed().as_secs_f64();
    tell("among strangers", taken);
    let came = came.load(Ordering::Relaxed);
    println!(
        "{came} strangers in {seconds:.1} s; the provider was asked {} times",
        provider.fetches() - before
    );
}

/// How long each of them took to come in.
fn connect_all(server: &Server, tokens: &[String]) -> Vec<Duration> {
    let connect = |token: &String| {
        let begun = Instant::now();
        let reply = Client::enter(server.address, Encoding::Json).call(with_token(token.clone()));
        assert!(reply.error.is_none(), "a good token was refused");
        begun.elapsed()
    };
    tokens.iter().map(connect).collect()
}

/// Strangers come at their rate and do not wait for an answer.
fn come(server: &Server, tokens: &[String], ended: &AtomicBool, came: &AtomicUsize) {
    let pause = Duration::from_secs(1) * THREADS / STRANGERS;
    let mut due = Instant::now();
    while !ended.load(Ordering::Relaxed) {
        let number = came.fetch_add(1, Ordering::Relaxed);
        let mut client = Client::enter(server.address, Encoding::Json);
        client.ask([with_token(tokens[number % tokens.len()].clone())]);
        due += pause;
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
}

fn tell(who: &str, mut taken: Vec<Duration>) {
    taken.sort_unstable();
    let at = |part: f64| taken[((taken.len() - 1) as f64 * part) as usize].as_secs_f64() * 1_000.0;
    println!("{who}: {} connects, p50 {:.3} ms, p99 {:.3} ms", taken.len(), at(0.5), at(0.99));
}
