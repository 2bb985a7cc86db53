//! Sockets: from the listener to the worker and back.
//!
//! Every worker has a thread, a listening socket on the same port, and a runtime that runs nothing but its own
//! connections. A connection begins with the head of a request: an upgrade goes to its door, everything else to the
//! HTTP service behind the same port.
//!
//! - `thread`: a worker's thread, and what moves the worker in it; `stops`: how it ends;
//! - `listener`: sockets that share one port; `accept`: connections as they come; `porch`: their way to the worker;
//! - `lobby`: connections of somebody else's server;
//! - `head`: the head of a request; `upgrade`: which door it goes to, and whether it may;
//! - `turnstile`: how many connections a node takes;
//! - `socket`: a peer's end, and the task that waits on it;
//! - `http`: everything that is not an upgrade.

mod accept;
mod head;
mod http;
mod listener;
mod lobby;
mod porch;
mod proxies;
mod socket;
mod stops;
mod thread;
mod turnstile;
mod upgrade;

pub use http::{Caller, Prefixed};
pub use listener::{Listener, bind};
pub use lobby::{Lobby, Visitor};
pub use proxies::Proxies;
pub use stops::Stops;
pub use thread::{Street, WorkerThread, start};
pub use turnstile::Turnstile;
pub use upgrade::{CentrifugeDoor, Origins, SignalDoor};

/// What is reached through the port: the doors, and the HTTP service.
pub struct Site {
    /// The door of the Centrifuge protocol.
    pub centrifuge: CentrifugeDoor,
    /// The signal door, if it is open.
    pub signal: Option<SignalDoor>,
    /// Everything that is not an upgrade.
    pub router: axum::Router,
    /// How many connections are let in.
    pub turnstile: Turnstile,
    /// How many of them from one address.
    pub address_seats: crate::worker::AddressSeats,
    /// Who is believed about where requests come from.
    pub proxies: Proxies,
    /// How long a peer may take to send the head of its request.
    pub head_timeout: std::time::Duration,
}
