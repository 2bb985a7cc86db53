//! The way in from somebody else's server: it has accepted a connection and read the request, and the workers of this
//! house take over.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc::UnboundedSender;
use vestibule_websocket::handshake;

use super::Site;
use super::http::{Caller, as_response, client};
use super::socket::ForeignStream;
use super::upgrade::{Guest, crowded};
use crate::clock::Clock;
use crate::worker::AddressSeat;

/// Somebody who comes this way.
pub struct Visitor {
    /// His connection.
    pub stream: Pin<Box<dyn ForeignStream>>,
    /// Who he is, as far as the upgrade tells.
    pub guest: Guest,
    /// His seat among those of his address.
    pub seat: Option<AddressSeat>,
}

/// Leads visitors to the workers, one after the other.
pub struct Lobby {
    site: Arc<Site>,
    clock: Clock,
    workers: Vec<UnboundedSender<Visitor>>,
    next: AtomicUsize,
}

impl Lobby {
    /// A lobby before these workers.
    pub fn new(site: Arc<Site>, clock: Clock, workers: Vec<UnboundedSender<Visitor>>) -> Arc<Self> {
        Arc::new(Self { site, clock, workers, next: AtomicUsize::new(0) })
    }

    /// The routes of the house, with its doors among them.
    pub fn router(self: &Arc<Self>) -> Router {
        self.site.router.clone().layer(from_fn_with_state(Arc::clone(self), meet))
    }

    /// The house takes over the connection as soon as the host's server has sent the answer.
    fn lead_in(self: Arc<Self>, request: &mut Request, guest: Guest, seat: Option<AddressSeat>) {
        let upgrading = hyper::upgrade::on(request);
        tokio::spawn(async move {
            let Ok(upgraded) = upgrading.await else { return };
            let stream: Pin<Box<dyn ForeignStream>> = Box::pin(TokioIo::new(upgraded));
            let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.workers.len();
            // A worker that has ended takes nobody, and the connection ends with the message.
            let _ended = self.workers[turn].send(Visitor { stream, guest, seat });
        });
    }
}

/// Leads upgrades to their door, and everything else on.
async fn meet(State(lobby): State<Arc<Lobby>>, mut request: Request, next: Next) -> Response {
    let site = &lobby.site;
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let caller = peer.map(|peer| client(site, &request, peer));
    let upgrade = handshake::check_http(request.method(), request.version(), request.headers());
    let origin = request.headers().get(header::ORIGIN).map(|origin| origin.as_bytes());
    let target = (request.uri().path(), request.uri().query().unwrap_or_default());
    let Some(looked) = site.look_at(target, upgrade, origin) else {
        request.extensions_mut().insert(Caller(caller));
        return next.run(request).await;
    };
    let now = lobby.clock.now().moment;
    if site.turnstile.admit(now).is_err() {
        return as_response(&crowded());
    }
    let seat = |client| site.seat(client, now);
    match looked.and_then(|welcome| Ok((welcome, caller.map(seat).transpose()?.flatten()))) {
        Ok((welcome, seat)) => {
            Arc::clone(&lobby).lead_in(&mut request, welcome.guest, seat);
            as_response(&welcome.response)
        }
        Err(unwelcome) => as_response(&unwelcome.response()),
    }
}
