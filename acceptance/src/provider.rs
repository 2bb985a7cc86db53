//! An identity provider: it publishes keys, and signs tokens with them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::{Value, json};
use vestibule_auth::issue::{GenerateKind, GeneratedKey, Head, Issuer, SigningKey};

use crate::patience::{PATIENCE, unix_now};
use crate::port;

/// A key of a provider.
#[derive(Debug)]
pub struct Key(SigningKey);

/// A provider that answers, until it is stopped or dropped.
#[derive(Debug)]
pub struct Provider {
    address: SocketAddr,
    document: Arc<Mutex<String>>,
    fetches: Arc<AtomicU32>,
    open: Option<(Arc<AtomicBool>, JoinHandle<()>)>,
}

impl Key {
    /// A new key of that name.
    pub fn new(kid: &str) -> Self {
        let made = GeneratedKey::new(GenerateKind::P256, None).unwrap();
        Self(SigningKey::read(made.private_jwk().reveal(), None).unwrap().named(kid))
    }

    /// A token of that issuer for that user, which says these claims too.
    pub fn token(&self, issuer: &str, user: &str, more: &Value) -> String {
        let now = unix_now().0;
        let mut claims = json!({ "iss": issuer, "sub": user, "aud": "app", "iat": now, "exp": now + 600 });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        self.0.sign(Head { typ: true, kid: true }, &claims.to_string())
    }
}

impl Provider {
    /// A provider that publishes these keys.
    pub fn start(keys: Vec<Key>) -> Self {
        let mut provider = Self::stopped();
        provider.publish(keys);
        provider.open();
        provider
    }

    /// A provider that has an address and does not answer yet.
    pub fn stopped() -> Self {
        Self {
            address: port::free(),
            document: Arc::new(Mutex::new(r#"{"keys":[]}"#.into())),
            fetches: Arc::default(),
            open: None,
        }
    }

    /// From now on it publishes these keys and no others.
    pub fn publish(&self, keys: Vec<Key>) {
        let keys = keys.into_iter().map(|key| key.0).collect();
        let document =
            Issuer::new(keys).map_or_else(|| r#"{"keys":[]}"#.into(), |issuer| Issuer::jwks([&issuer]));
        *self.document.lock().unwrap_or_else(PoisonError::into_inner) = document;
    }

    /// From now on it answers that, whatever it is asked.
    pub fn answer(&self, document: &str) {
        *self.document.lock().unwrap_or_else(PoisonError::into_inner) = document.into();
    }

    /// From now on it answers.
    pub fn open(&mut self) {
        let listener = TcpListener::bind(self.address).unwrap();
        let closing = Arc::new(AtomicBool::new(false));
        let (document, fetches) = (Arc::clone(&self.document), Arc::clone(&self.fetches));
        let is_closing = Arc::clone(&closing);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if is_closing.load(Ordering::SeqCst) {
                    return;
                }
                fetches.fetch_add(1, Ordering::SeqCst);
                let document = document.lock().unwrap_or_else(PoisonError::into_inner).clone();
                // One that goes away has its answer's loss to itself.
                let _gone = stream.and_then(|stream| answer(stream, &document));
            }
        });
        self.open = Some((closing, thread));
    }

    /// From now on nobody answers.
    pub fn close(&mut self) {
        if let Some((closing, thread)) = self.open.take() {
            closing.store(true, Ordering::SeqCst);
            let _wakes_it = TcpStream::connect_timeout(&self.address, PATIENCE);
            thread.join().unwrap();
        }
    }

    /// Where its keys are.
    pub fn jwks_url(&self) -> String {
        format!("http://{}/jwks", self.address)
    }

    /// How often it was asked.
    pub fn fetches(&self) -> u32 {
        self.fetches.load(Ordering::SeqCst)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.close();
    }
}

fn answer(mut stream: TcpStream, document: &str) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") && head.len() < 8_192 {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{document}",
        document.len()
    )
}
