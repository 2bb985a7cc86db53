//! Sockets: from the listener to the worker and back.
//!
//! Every worker has a thread, a listening socket on the same port, and a runtime that runs nothing but its own
//! connections. A connection begins with the head of a request: an upgrade goes to its door, everything else to the
//! HTTP service behind the same port.
//!
//! - `thread`: a worker's thread, and what moves the worker in it; `stops`: how it ends;
//! - `listener`: sockets that share one port; `accept`: connections as they come; `porch`: their way to the worker;
//! - `head`: the head of a request; `doors`: which door it goes to; `upgrade`: whether it may; `proxies`: from where;
//! - `site`: what is behind the port; `admission`: how many connections a node takes;
//! - `socket`: a peer's end, and the task that waits on it;
//! - `http`: everything that is not an upgrade.

mod accept;
mod admission;
mod doors;
mod head;
mod http;
mod listener;
mod porch;
mod proxies;
mod site;
mod socket;
mod stops;
mod thread;
mod upgrade;

pub use admission::Admission;
pub use doors::{Doors, SignalDoor};
pub use http::Prefixed;
pub use listener::{Listener, bind};
pub use proxies::{ClientAddress, Proxies};
pub use site::Site;
pub use stops::Stops;
pub use thread::{WorkerThread, start};
pub use upgrade::{CentrifugeDoor, Origins};
