//! A consumer brings a token of another realm than that of rooms. [`Proving`] → [`Counting`] → a member.
//!
//! Whoever has a token of the room as well goes by both: either of them ends the connection.

use std::borrow::Cow;

use vestibule_model::{Close, Identity, OrganisationId};

use super::State;
use super::entrance::{Known, Silent, Stranger, bounded};
use super::register::{Member, Wanted};
use super::turn::Turn;
use crate::contract::{Admission, Effect, NotAdmitted, Refusal, Refused, Ticket, Token};
use crate::room::{Call, Proof, Role};
use crate::signal::codes;
use crate::signal::message::Register;

const NOT_CONFIGURED: &str = "consumer authentication is not configured on this server";
const NO_TOKEN: &str = "missing consumer token";
const BAD_TOKEN: &str = "invalid or expired consumer token";
const OTHER_ROOM: &str = "the consumer token is not for this room";
const OTHER_ID: &str = "the consumer token is for another nodeId";

/// One who says that it is a consumer, as it was before.
#[derive(Debug)]
pub(super) enum Candidate {
    /// It has no token of a room.
    Stranger(Box<Stranger>),
    /// It has one.
    Known(Box<Known>),
    /// It has one, and is in its room.
    Silent(Box<Silent>),
}

/// Its token is looked at.
#[derive(Debug)]
pub(super) struct Proving {
    pub(super) ticket: Ticket,
    candidate: Candidate,
    wanted: Wanted,
}

/// It is counted as a connection of the consumer's.
#[derive(Debug)]
pub(super) struct Counting {
    pub(super) ticket: Ticket,
    candidate: Candidate,
    organisation: OrganisationId,
    wanted: Wanted,
    /// What its token has shown for its id.
    proof: Proof,
}

/// The token of a member is looked at that says again that it is a consumer. Nothing else follows.
#[derive(Debug)]
pub(super) struct ProvingAgain {
    pub(super) ticket: Ticket,
    member: Member,
}

/// Asks whose token a consumer has brought.
pub(super) fn prove(
    candidate: Candidate,
    register: Register<'_>,
    turn: &mut Turn<'_>,
) -> Result<State, Close> {
    let id = register.node_id.map(|id| id.into());
    let wanted = Wanted { id, role: Role::Consumer, hears: register.presence };
    if !turn.rules.authenticates {
        return candidate.become_one(None, wanted, turn);
    }
    if !turn.rules.takes_consumers {
        turn.refuse_consumer(NOT_CONFIGURED);
        return Err(codes::NO_CONSUMERS);
    }
    let ticket = ask(register.token, turn)?;
    Ok(State::Proving(Box::new(Proving { ticket, candidate, wanted })))
}

/// Asks the same of one that has said what it is.
pub(super) fn prove_again(
    member: Member,
    register: Register<'_>,
    turn: &mut Turn<'_>,
) -> Result<State, Close> {
    if !turn.rules.authenticates || !turn.rules.takes_consumers {
        return Ok(State::Member(member));
    }
    let ticket = ask(register.token, turn)?;
    Ok(State::ProvingAgain(ProvingAgain { ticket, member }))
}

fn ask(token: Option<Cow<'_, str>>, turn: &mut Turn<'_>) -> Result<Ticket, Close> {
    let Some(token) = token else {
        turn.refuse_consumer(NO_TOKEN);
        return Err(codes::NO_CONSUMER_TOKEN);
    };
    Ok(turn.perform(Effect::AuthenticateConsumer(Token(token.into()))))
}

/// A consumer is told before it is closed: its client looks for that.
fn refused(refused: Refused, turn: &mut Turn<'_>) -> Close {
    if refused.refusal == Refusal::Unavailable {
        return codes::TRY_AGAIN;
    }
    turn.refuse_consumer(BAD_TOKEN);
    codes::BAD_CONSUMER_TOKEN
}

impl Proving {
    pub(super) fn answered(
        self,
        identity: Result<Box<Identity>, Refused>,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        let Self { mut candidate, wanted, .. } = self;
        let identity = *identity.map_err(|why| refused(why, turn))?;
        if let Err((why, close)) = candidate.is_meant(&identity) {
            turn.refuse_consumer(why);
            return Err(close);
        }
        bounded(identity.node_id.as_deref())?;
        let Identity { organisation, user, node_id, credential, expires, .. } = identity;
        turn.ends(expires);
        let proof = if node_id.is_some() { Proof::Id } else { Proof::Nothing };
        candidate.bind(node_id);
        // Those whom their tokens do not name are not one person.
        let is_person = !user.is_anonymous();
        let admission =
            Admission { organisation: organisation.clone(), user, is_person, exclusive: false, credential };
        let ticket = turn.perform(Effect::Admit(admission));
        Ok(State::Counting(Box::new(Counting { ticket, candidate, organisation, wanted, proof })))
    }
}

impl Counting {
    pub(super) fn answered(
        self,
        admitted: Result<(), NotAdmitted>,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        match admitted {
            Ok(()) => {}
            Err(NotAdmitted::Full) => return Err(codes::CONNECTION_LIMIT),
            Err(NotAdmitted::Revoked(_)) => {
                turn.refuse_consumer(BAD_TOKEN);
                return Err(codes::BAD_CONSUMER_TOKEN);
            }
        }
        self.candidate.become_one(Some((self.organisation, self.proof)), self.wanted, turn)
    }
}

impl ProvingAgain {
    pub(super) fn answered(self, known: Result<(), Refused>, turn: &mut Turn<'_>) -> Result<State, Close> {
        known.map_err(|why| refused(why, turn))?;
        Ok(State::Member(self.member))
    }
}

impl Candidate {
    /// Whether the token is for where the candidate is, or wants to be: of the organisation, for the room, and for the
    /// id, as far as it names them.
    fn is_meant(&self, identity: &Identity) -> Result<(), (&'static str, Close)> {
        let (organisation, room, id) = match self {
            Self::Stranger(stranger) => (None, &stranger.room, stranger.id.as_deref()),
            Self::Known(known) => (Some(&known.organisation), &known.room, known.id.as_deref()),
            Self::Silent(silent) => {
                let known = &silent.known;
                // Whose id nobody chose is in its room under one that no token names.
                (Some(&known.organisation), &known.room, Some(known.id.as_deref().unwrap_or_default()))
            }
        };
        if organisation.is_some_and(|organisation| *organisation != identity.organisation) {
            return Err((BAD_TOKEN, codes::BAD_CONSUMER_TOKEN));
        }
        if identity.rooms.as_ref().is_some_and(|rooms| !rooms.contains(room)) {
            return Err((OTHER_ROOM, codes::OTHER_CONSUMERS_ROOM));
        }
        let bound = identity.node_id.as_deref();
        if bound.zip(id).is_some_and(|(bound, id)| bound != id) {
            return Err((OTHER_ID, codes::OTHER_ID));
        }
        Ok(())
    }

    /// Its token is for this id alone.
    fn bind(&mut self, bound: Option<Box<str>>) {
        if bound.is_none() {
            return;
        }
        match self {
            Self::Stranger(stranger) => stranger.id = bound,
            Self::Known(known) => (known.id, known.proof) = (bound, Proof::Id),
            // It is there under that id, with what it has shown for it.
            Self::Silent(_) => {}
        }
    }

    /// It is a consumer. `vouched`: by which organisation, and with what proof of its id; nobody has to vouch where
    /// everybody is let in.
    fn become_one(
        self,
        vouched: Option<(OrganisationId, Proof)>,
        wanted: Wanted,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        match (self, vouched) {
            (Self::Stranger(stranger), Some((organisation, proof))) => {
                stranger.enter(&organisation, proof, wanted, turn)
            }
            // Where everybody is let in there are no strangers.
            (Self::Stranger(_), None) => Err(codes::NO_ROOM_TOKEN),
            (Self::Known(known), _) => known.enter(wanted, turn),
            (Self::Silent(_), _) => {
                turn.call(Call::Register { role: wanted.role, hears: wanted.hears });
                Ok(State::Member(Member::Consumer { has_room_token: true }))
            }
        }
    }

    fn counts_as_peer(&self) -> bool {
        matches!(self, Self::Silent(silent) if silent.counts_as_peer)
    }
}

impl Proving {
    /// It was silent for so long that it counts as a peer for as long as it is no consumer.
    pub(super) fn counts_as_peer(&self) -> bool {
        self.candidate.counts_as_peer()
    }
}

impl Counting {
    /// The same.
    pub(super) fn counts_as_peer(&self) -> bool {
        self.candidate.counts_as_peer()
    }
}
