//! The doors behind the port, and the choice between them.

use std::sync::Arc;

use bytes::Bytes;
use vestibule_doors::centrifuge::wire::Encoding;
use vestibule_doors::contract::Outputs;
use vestibule_doors::{centrifuge, signal};
use vestibule_model::{ClientId, Now};
use vestibule_websocket::handshake::{Refusal, Upgrade};

use super::upgrade::{CentrifugeDoor, Origins, Unwelcome};
use crate::worker::AnySession;

/// Every door.
pub struct Doors {
    /// The door of the Centrifuge protocol.
    pub centrifuge: CentrifugeDoor,
    /// The signal door, when it is open.
    pub signal: Option<SignalDoor>,
}

/// WebRTC signaling over WebSocket.
pub struct SignalDoor {
    /// From which pages it may be entered.
    pub origins: Origins,
    /// What sessions go by.
    pub rules: Arc<signal::Rules>,
}

/// The door that a request is for.
#[derive(Clone, Copy)]
pub enum AnyDoor<'a> {
    /// The Centrifuge protocol.
    Centrifuge(&'a CentrifugeDoor),
    /// WebRTC signaling.
    Signal(&'a SignalDoor),
}

/// An upgrade that may go on: what to answer, and what to open.
pub struct Welcome {
    /// The answer, whole.
    pub response: Vec<u8>,
    /// What to open.
    pub opening: Opening,
}

/// What the request said to the door.
pub enum Opening {
    /// To that of the Centrifuge protocol.
    Centrifuge {
        /// How its client reads and writes.
        encoding: Encoding,
        /// Its client is pinged by the transport.
        frame_pings: bool,
    },
    /// To the signal door: the query.
    Signal(Bytes),
}

impl Doors {
    /// The door that a request is for, be it welcome or not; `None`: the HTTP service.
    pub fn meant(&self, path: &str, upgrade: &Result<Upgrade<'_>, Refusal>) -> Option<AnyDoor<'_>> {
        if let Some(door) = &self.signal
            && path == SignalDoor::PATH
            && *upgrade != Err(Refusal::NotAnUpgrade)
        {
            return Some(AnyDoor::Signal(door));
        }
        self.centrifuge.is_meant(path, upgrade).then_some(AnyDoor::Centrifuge(&self.centrifuge))
    }

    /// Opens the session of a connection that was let in, and gives what is to be said to it first.
    pub fn open(&self, opening: Opening, client: ClientId, now: Now) -> (AnySession, Outputs, Option<Bytes>) {
        let mut outputs = Outputs::default();
        match opening {
            Opening::Centrifuge { encoding, frame_pings } => {
                let (jitter, rules) = (rand::random(), Arc::clone(&self.centrifuge.rules));
                let opening = centrifuge::session::Opening { client, encoding, frame_pings, jitter, rules };
                let session = centrifuge::session::Session::open(opening, now, &mut outputs);
                (AnySession::Centrifuge(Box::new(session)), outputs, None)
            }
            Opening::Signal(query) => {
                // Only an open door makes such a welcome.
                let rules = self.signal.as_ref().map(|door| Arc::clone(&door.rules)).unwrap_or_default();
                let session = signal::Session::open(rules, client.to_string().into(), now, &mut outputs);
                (AnySession::Signal(Box::new(session)), outputs, Some(query))
            }
        }
    }
}

impl SignalDoor {
    /// Where it is.
    pub const PATH: &str = "/signal";

    /// Looks at an upgrade. Old clients know no refusal but close codes, so a token is looked at later; the subprotocol
    /// is the client's to choose, and means nothing here.
    ///
    /// # Errors
    /// When it is none, or comes from a page that is not welcome.
    pub fn look_at(
        &self,
        upgrade: Result<Upgrade<'_>, Refusal>,
        origin: Option<&[u8]>,
        query: &str,
    ) -> Result<Welcome, Unwelcome> {
        let upgrade = upgrade.map_err(Unwelcome::Invalid)?;
        if !self.origins.admit(origin) {
            return Err(Unwelcome::Origin);
        }
        let mut response = Vec::with_capacity(192);
        upgrade.write_response(upgrade.subprotocols().first().copied(), &[], &mut response);
        Ok(Welcome { response, opening: Opening::Signal(Bytes::copy_from_slice(query.as_bytes())) })
    }
}

impl AnyDoor<'_> {
    /// Looks at an upgrade.
    ///
    /// # Errors
    /// When it is none, or comes from a page that is not welcome.
    pub fn look_at(
        self,
        upgrade: Result<Upgrade<'_>, Refusal>,
        origin: Option<&[u8]>,
        query: &str,
    ) -> Result<Welcome, Unwelcome> {
        match self {
            Self::Centrifuge(door) => door.look_at(upgrade, origin, query),
            Self::Signal(door) => door.look_at(upgrade, origin, query),
        }
    }
}

impl Welcome {
    /// Whether messages are text to the transport.
    pub fn is_text(&self) -> bool {
        !matches!(self.opening, Opening::Centrifuge { encoding: Encoding::Protobuf, .. })
    }
}
