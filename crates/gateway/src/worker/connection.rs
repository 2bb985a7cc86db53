//! One connection: the socket's end, the session's end, and what lies between.

use smallvec::SmallVec;
use vestibule_broker::WorkerId;
use vestibule_doors::contract::{Ending, Input, Outputs, Session};
use vestibule_doors::{centrifuge, signal};
use vestibule_model::{
    ChannelKey, ClientId, Close, Credential, Door, Moment, Now, OrganisationId, RoomKey, UserId,
};
use vestibule_websocket::{CloseHandshake, Decoder};

use super::address_seats::AddressSeat;
use super::outbox::Outbox;
use super::seats::Seat;

/// A connection of one worker. The number of a slot is used again; the generation tells its holders apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId {
    pub(super) slot: u32,
    pub(super) generation: u32,
}

impl ConnectionId {
    /// No connection comes before it.
    pub(super) const FIRST: Self = Self { slot: 0, generation: 0 };
    /// No connection comes after it.
    pub(super) const LAST: Self = Self { slot: u32::MAX, generation: u32::MAX };

    #[cfg(test)]
    pub(crate) const fn for_test(slot: u32) -> Self {
        Self { slot, generation: 0 }
    }
}

/// A session of whichever door the connection came through. A new door adds its arm here.
pub enum AnySession {
    /// The Centrifuge protocol.
    Centrifuge(Box<centrifuge::session::Session>),
    /// WebRTC signaling.
    Signal(Box<signal::Session>),
    /// What a test says.
    #[cfg(test)]
    Scripted(super::tests::Scripted),
}

impl Session for AnySession {
    fn handle(&mut self, input: Input<'_>, now: Now, outputs: &mut Outputs) {
        match self {
            Self::Centrifuge(session) => session.handle(input, now, outputs),
            Self::Signal(session) => session.handle(input, now, outputs),
            #[cfg(test)]
            Self::Scripted(session) => session.handle(input, now, outputs),
        }
    }

    fn takes_messages(&self) -> bool {
        match self {
            Self::Centrifuge(session) => session.takes_messages(),
            Self::Signal(session) => session.takes_messages(),
            #[cfg(test)]
            Self::Scripted(session) => session.takes_messages(),
        }
    }

    fn close_for(&self, ending: Ending) -> Close {
        match self {
            Self::Centrifuge(session) => session.close_for(ending),
            Self::Signal(session) => session.close_for(ending),
            #[cfg(test)]
            Self::Scripted(session) => session.close_for(ending),
        }
    }
}

impl AnySession {
    /// The door that it came through.
    pub const fn door(&self) -> Door {
        match self {
            Self::Centrifuge(_) => Door::Centrifuge,
            Self::Signal(_) => Door::Signal,
            #[cfg(test)]
            Self::Scripted(_) => Door::Centrifuge,
        }
    }
}

/// Everything a worker keeps of a connection, beside its session. An idle one has no buffer anywhere.
pub(super) struct Connection<L> {
    pub(super) link: L,
    pub(super) generation: u32,
    pub(super) client: ClientId,
    /// Whether the door writes texts.
    pub(super) writes_text: bool,
    /// Given back when the connection is gone.
    pub(super) _address_seat: Option<AddressSeat>,
    pub(super) phase: Phase,
    pub(super) decoder: Decoder,
    pub(super) goodbye: CloseHandshake,
    pub(super) outbox: Outbox,
    /// It is in the worker's list of those who have something to send.
    pub(super) dirty: bool,
    /// Since when the socket has been taking nothing.
    pub(super) blocked: Option<Moment>,
    /// What it is subscribed to, so that everything ends when it does.
    pub(super) channels: Vec<ChannelKey>,
    /// The room that it is in, or on its way into.
    pub(super) room: Option<Membership>,
    /// Who it turned out to be; twice, if a bearer of a room token is a consumer as well.
    pub(super) admitted: SmallVec<[Admitted; 1]>,
    /// When its session wants to be woken.
    pub(super) wake_at: Option<Moment>,
    /// When the wheel looks at it next.
    pub(super) scheduled: Option<Moment>,
}

/// The room of a connection, and the worker at which it lives.
#[derive(Clone)]
pub(super) struct Membership {
    pub(super) key: RoomKey,
    pub(super) home: WorkerId,
}

/// Where a connection stands.
pub(super) enum Phase {
    /// The door is open.
    Open(AnySession),
    /// Goodbye has been said; the socket goes when the peer has answered, or then.
    Closing(Moment),
}

/// A connection that is counted as one of its user's.
pub(super) struct Admitted {
    pub(super) organisation: OrganisationId,
    pub(super) user: UserId,
    /// What revocations know its token by.
    pub(super) credential: Credential,
    /// Gives the seat back when the connection ends.
    pub(super) _seat: Option<Seat>,
}

impl<L> Connection<L> {
    /// The session, while there is one.
    pub(super) fn session(&mut self) -> Option<&mut AnySession> {
        match &mut self.phase {
            Phase::Open(session) => Some(session),
            Phase::Closing(_) => None,
        }
    }

    /// Whether bytes of the peer are wanted now: for the session, or to find its goodbye among them.
    pub(super) fn reads(&self) -> bool {
        match &self.phase {
            Phase::Open(session) => session.takes_messages() && !self.decoder.is_suspended(),
            Phase::Closing(_) => true,
        }
    }

    /// The earliest moment at which something has to happen by itself.
    pub(super) fn deadline(&self, write_timeout: std::time::Duration) -> Option<Moment> {
        match self.phase {
            Phase::Closing(until) => Some(until),
            Phase::Open(_) => {
                let writing = self.blocked.map(|since| since + write_timeout);
                writing.into_iter().chain(self.wake_at).min()
            }
        }
    }
}
