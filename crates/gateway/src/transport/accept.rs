//! Connections as they come: to a door, or to the HTTP service.

use std::io;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;
use tokio::time::{sleep, timeout};
use vestibule_websocket::handshake;

use super::head::{self, MAX_HEADERS};
use super::http;
use super::porch::Porch;
use super::socket::Socket;
use super::upgrade::{Welcome, crowded, too_long};
use crate::worker::AddressSeat;

/// How long a listener rests when the process has no file descriptors left.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(100);

/// Accepts connections for ever.
pub async fn accept(listener: TcpListener, porch: Rc<Porch>) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                spawn_local(receive(stream, address.ip(), Rc::clone(&porch)));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(OUT_OF_DESCRIPTORS).await;
            }
        }
    }
}

async fn receive(mut stream: TcpStream, address: IpAddr, porch: Rc<Porch>) {
    let head = match timeout(porch.site.head_timeout, head::read(&mut stream)).await {
        Ok(Ok(head)) => head,
        Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
            return refuse(stream, &too_long()).await;
        }
        // Too slow, or gone: there is nobody to whom an answer would be of use.
        Ok(Err(_)) | Err(_) => return,
    };
    match porch.route(&head, address) {
        Route::Door(welcome, seat, length) => porch.upgrade(stream, (&welcome, seat), head, length).await,
        Route::Refuse(response) => refuse(stream, &response).await,
        Route::Http => {
            let requests = porch.stops.requests.clone();
            requests.track_future(http::serve(stream, address, head.freeze(), porch)).await;
        }
    }
}

/// Where the head of a request leads.
enum Route {
    /// Through a door; the head is so long.
    Door(Welcome, Option<AddressSeat>, usize),
    /// Nowhere.
    Refuse(Vec<u8>),
    /// To the HTTP service, which knows what to say to a head that is none.
    Http,
}

impl Porch {
    fn route(&self, bytes: &[u8], address: IpAddr) -> Route {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut request = httparse::Request::new(&mut headers);
        let Ok(httparse::Status::Complete(length)) = request.parse(bytes) else { return Route::Http };
        let (path, query) = split(request.path.unwrap_or_default());
        let origin = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("origin"));
        let upgrade = handshake::check_httparse(&request);
        let looked = self.site.look_at((path, query), upgrade, origin.map(|header| header.value));
        let Some(looked) = looked else { return Route::Http };
        if self.site.turnstile.admit(self.clock.now().moment).is_err() {
            return Route::Refuse(crowded());
        }
        let forwarded =
            request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("x-forwarded-for"));
        let client = self.site.proxies.client(address, forwarded.map(|header| header.value));
        match looked.and_then(|welcome| Ok((welcome, self.site.seat(client, self.clock.now().moment)?))) {
            Ok((welcome, seat)) => Route::Door(welcome, seat, length),
            Err(unwelcome) => Route::Refuse(unwelcome.response()),
        }
    }

    async fn upgrade(
        &self,
        mut stream: TcpStream,
        (welcome, seat): (&Welcome, Option<AddressSeat>),
        mut head: BytesMut,
        length: usize,
    ) {
        if stream.write_all(&welcome.response).await.is_err() {
            return;
        }
        self.enter(Socket::of_tcp(stream), &welcome.guest, seat, &mut head[length..]);
    }
}

async fn refuse(mut stream: TcpStream, response: &[u8]) {
    // A peer that does not take its answer needs none.
    let _unheard = stream.write_all(response).await;
    let _unheard = stream.shutdown().await;
}

/// The path and the query of a request's target.
fn split(target: &str) -> (&str, &str) {
    target.split_once('?').unwrap_or((target, ""))
}
