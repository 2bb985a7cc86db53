//! What is reached through the port, and who may come in.

use std::time::Duration;

use axum::Router;
use vestibule_model::Moment;
use vestibule_websocket::handshake::{Refusal, Upgrade};

use super::admission::Admission;
use super::doors::{AnyDoor, Doors, Welcome};
use super::proxies::{ClientAddress, Proxies};
use super::upgrade::{Unwelcome, crowded};
use crate::worker::{Place, Places};

/// What is reached through the port: the doors, and the HTTP service.
pub struct Site {
    /// The doors.
    pub doors: Doors,
    /// Everything that is not an upgrade.
    pub router: Router,
    /// How many connections are let in.
    pub admission: Admission,
    /// How many of them from one address.
    pub places: Places,
    /// Who is believed about where requests come from.
    pub proxies: Proxies,
    /// How long a peer may take to send the head of its request.
    pub head_timeout: Duration,
}

/// What counts of a request to enter.
pub struct Visit<'a> {
    /// The page's origin.
    pub origin: Option<&'a [u8]>,
    /// From where it comes.
    pub client: ClientAddress,
    /// What it says to the door.
    pub query: &'a str,
}

impl Site {
    /// Lets somebody in at a door.
    ///
    /// # Errors
    /// The answer to one who is not let in.
    pub fn let_in(
        &self,
        door: AnyDoor<'_>,
        upgrade: Result<Upgrade<'_>, Refusal>,
        visit: &Visit<'_>,
        now: Moment,
    ) -> Result<(Welcome, Option<Place>), Vec<u8>> {
        if self.admission.admit(now).is_err() {
            return Err(crowded());
        }
        let welcome = door.look_at(upgrade, visit.origin, visit.query);
        let welcome = welcome.map_err(|unwelcome| unwelcome.response())?;
        let place = self.places.take(visit.client.0, now).map_err(|_| Unwelcome::Crowd.response())?;
        Ok((welcome, place))
    }
}
