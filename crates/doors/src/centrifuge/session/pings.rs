//! Pings, in the protocol or in frames of the transport, and the pongs that answer them.

use vestibule_model::{Close, Moment};

use super::turn::Turn;
use crate::centrifuge::codes::disconnect;
use crate::pulse::{Beat, Pulse};

/// The pings of one connection.
#[derive(Debug)]
pub(super) struct Pings {
    pulse: Pulse,
    /// How many pings of the protocol the peer has not answered: so many pongs may come.
    owed: u32,
}

impl Pings {
    pub(super) fn begin(turn: &Turn<'_>) -> Self {
        let pulse = Pulse::begin(turn.rules.client.rhythm(), turn.peer.jitter, turn.now.moment);
        Self { pulse, owed: 0 }
    }

    /// The next moment at which something is due.
    pub(super) fn deadline(&self) -> Option<Moment> {
        self.pulse.deadline()
    }

    /// A pong of the protocol arrived.
    pub(super) fn pong(&mut self) -> Result<(), Close> {
        self.owed = self.owed.checked_sub(1).ok_or(disconnect::BAD_REQUEST)?;
        self.pulse.heard();
        Ok(())
    }

    /// A pong of the transport arrived: peers may send those uncalled for.
    pub(super) fn transport_pong(&mut self, turn: &Turn<'_>) {
        if turn.peer.frame_pings {
            self.pulse.heard();
        }
    }

    /// Checks the pong and sends the ping that are due; `deaf`: the session does not read.
    pub(super) fn beat(&mut self, deaf: bool, turn: &mut Turn<'_>) -> Result<(), Close> {
        match self.pulse.beat(turn.rules.client.rhythm(), deaf, turn.now.moment) {
            Beat::Nothing => {}
            Beat::NoPong => return Err(disconnect::NO_PONG),
            Beat::Ping => {
                turn.ping();
                if !turn.peer.frame_pings {
                    self.owed = self.owed.saturating_add(1);
                }
            }
        }
        Ok(())
    }
}
