//! What the peer says it is.

use vestibule_model::Close;

use super::State;
use super::consumer::{self, Candidate};
use super::turn::Turn;
use crate::room::{Call, Role, Service};
use crate::signal::codes;
use crate::signal::message::Register;

/// It has said what it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Member {
    /// A peer.
    Peer,
    /// One who is served by peers.
    Consumer {
        /// It could have been a peer.
        has_room_token: bool,
    },
}

/// As what a peer wants to be in its room.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Its id, as it says.
    pub(super) id: Option<Box<str>>,
    pub(super) role: Role,
    /// It wants to hear who comes and goes.
    pub(super) hears: bool,
}

impl State {
    /// The first one decides. A later one changes nothing, but a bad token in it is still a bad token.
    pub(super) fn register(self, register: Register<'_>, turn: &mut Turn<'_>) -> Result<Self, Close> {
        match (self, register.consumer) {
            (Self::Stranger(stranger), true) => {
                consumer::prove(Candidate::Stranger(stranger), register, turn)
            }
            (Self::Stranger(_), false) => Err(codes::NO_ROOM_TOKEN),
            (Self::Known(known), true) => consumer::prove(Candidate::Known(known), register, turn),
            (Self::Known(known), false) => known.enter(peer(register), turn),
            (Self::Silent(silent), true) => consumer::prove(Candidate::Silent(silent), register, turn),
            (Self::Silent(_), false) => {
                let Wanted { role, hears, .. } = peer(register);
                turn.call(Call::Register { role, hears });
                Ok(Self::Member(Member::Peer))
            }
            (Self::Member(member), true) => consumer::prove_again(member, register, turn),
            (Self::Member(Member::Consumer { has_room_token: false }), false) => Err(codes::NO_ROOM_TOKEN),
            // Nothing is read while the house is asked for something.
            (state, _) => Ok(state),
        }
    }
}

fn peer(register: Register<'_>) -> Wanted {
    let service = Service {
        declared: register.declared,
        serves: register.serves,
        capacity: register.capacity,
        sessions: 0.0,
    };
    Wanted { id: register.node_id.map(|id| id.into()), role: Role::Normal(service), hears: register.presence }
}
