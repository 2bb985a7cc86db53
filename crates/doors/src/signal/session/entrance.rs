//! From the query to the room.
//!
//! [`Authenticating`] → [`Admitting`] → [`Known`] → [`Entering`] → [`Silent`], for whoever has a token of the room; one
//! whose id is known goes into its room at once, so that others can reach it. Whoever has none is a [`Stranger`].

use vestibule_model::{Close, Door, Identity, OrganisationId, RoomKey};

use super::State;
use super::hello::Hello;
use super::register::{Member, Wanted};
use super::turn::Turn;
use crate::contract::{Admission, Effect, NotAdmitted, Refusal, Refused, Ticket};
use crate::room::{Call, Entry, NotEntered, Proof, Role};
use crate::signal::codes;
use crate::signal::rules::{Roomless, Rules};

/// It has no token of a room, and may turn out to be a consumer.
#[derive(Debug)]
pub(super) struct Stranger {
    pub(super) room: Box<str>,
    pub(super) id: Option<Box<str>>,
}

/// Its token is looked at.
#[derive(Debug)]
pub(super) struct Authenticating {
    pub(super) ticket: Ticket,
    hello: Hello,
}

/// It is counted.
#[derive(Debug)]
pub(super) struct Admitting {
    pub(super) ticket: Ticket,
    known: Known,
}

/// It has a token of its room, or nobody has to show one.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) organisation: OrganisationId,
    pub(super) room: Box<str>,
    /// Its id, if its query or its token names one.
    pub(super) id: Option<Box<str>>,
    pub(super) proof: Proof,
    /// Whose token it is: its id if nothing else is.
    subject: Option<Box<str>>,
}

/// It is on its way into its room.
#[derive(Debug)]
pub(super) struct Entering {
    pub(super) ticket: Ticket,
    /// What it is when it has arrived.
    pub(super) then: State,
}

/// It is in its room, and has not said what it is.
#[derive(Debug)]
pub(super) struct Silent {
    pub(super) known: Known,
    /// It has been silent for so long that it counts as a peer.
    pub(super) counts_as_peer: bool,
}

/// The query was read.
pub(super) fn greet(mut hello: Hello, turn: &mut Turn<'_>) -> Result<State, Close> {
    bounded(hello.room.as_deref())?;
    bounded(hello.node_id.as_deref())?;
    let token = hello.token.take().filter(|token| turn.rules.authenticates && !token.0.is_empty());
    if turn.rules.authenticates && token.is_none() {
        let room = hello.room.filter(|room| !room.is_empty()).ok_or(codes::MISSING_ROOM)?;
        return Ok(State::Stranger(Box::new(Stranger { room, id: hello.node_id })));
    }
    let ticket = turn.perform(Effect::Authenticate(token));
    Ok(State::Authenticating(Box::new(Authenticating { ticket, hello })))
}

/// An id, or the name of a room, is no longer than it may be, if there is one.
pub(super) fn bounded(name: Option<&str>) -> Result<(), Close> {
    let is_long = name.is_some_and(|name| name.len() > Rules::LONGEST_NAME);
    if is_long { Err(codes::TOO_LONG) } else { Ok(()) }
}

impl Authenticating {
    pub(super) fn answered(
        self,
        identity: Result<Box<Identity>, Refused>,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        let identity = *identity.map_err(|refused| match refused.refusal {
            Refusal::Unavailable => codes::TRY_AGAIN,
            _ => codes::INVALID_TOKEN,
        })?;
        let known = Known::of(&identity, self.hello, turn.rules)?;
        let Identity { organisation, user, credential, expires, .. } = identity;
        turn.ends(expires);
        // The subject of a room token is the room, and no person.
        let admission = Admission { organisation, user, is_person: false, exclusive: false, credential };
        let ticket = turn.perform(Effect::Admit(admission));
        Ok(State::Admitting(Box::new(Admitting { ticket, known })))
    }
}

impl Admitting {
    pub(super) fn answered(
        self,
        admitted: Result<(), NotAdmitted>,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        admitted.map_err(|why| match why {
            NotAdmitted::Full => codes::CONNECTION_LIMIT,
            NotAdmitted::Revoked(_) => codes::INVALID_TOKEN,
        })?;
        if self.known.id.is_none() {
            return Ok(State::Known(Box::new(self.known)));
        }
        self.known.enter(Wanted { id: None, role: Role::Pending, hears: false }, turn)
    }
}

impl Known {
    /// What the token and the query say together.
    fn of(identity: &Identity, hello: Hello, rules: &Rules) -> Result<Self, Close> {
        bounded(identity.node_id.as_deref())?;
        let (id, proof) = match (&identity.node_id, hello.node_id) {
            (Some(bound), Some(said)) if *bound != said => return Err(codes::OTHER_ID),
            (Some(bound), _) => (Some(bound.clone()), Proof::Id),
            (None, said) => (said, Proof::Room),
        };
        // Where nobody shows a token, nobody has a subject.
        let subject = Some(identity.user.as_str()).filter(|_| rules.authenticates);
        bounded(subject)?;
        let room = match (hello.room, subject, rules.roomless) {
            (Some(room), Some(subject), _) if *room != *subject => return Err(codes::OTHER_ROOM),
            (Some(room), ..) => room,
            (None, Some(subject), Roomless::Subject) => subject.into(),
            (None, ..) => Rules::SHARED_ROOM.into(),
        };
        let subject = subject.filter(|subject| !subject.is_empty()).map(Into::into);
        Ok(Self { organisation: identity.organisation.clone(), room, id, proof, subject })
    }

    /// It goes into its room as what it wants to be.
    pub(super) fn enter(mut self, wanted: Wanted, turn: &mut Turn<'_>) -> Result<State, Close> {
        let Wanted { id: said, role, hears } = wanted;
        bounded(said.as_deref())?;
        let chosen = self.id.clone().or(said);
        // Whoever says nothing has not chosen its subject, which it may share with others.
        let otherwise = (chosen.is_none() && role == Role::Provisional).then(|| turn.spare_id());
        let id = chosen.or_else(|| self.subject.take()).unwrap_or_else(|| turn.spare_id());
        let key = room_key(&self.organisation, &self.room);
        let entry = Entry { id, otherwise, proof: self.proof, role: role.clone(), hears };
        let then = match role {
            Role::Pending => State::Silent(Box::new(Silent { known: self, counts_as_peer: false })),
            Role::Provisional => State::Silent(Box::new(Silent { known: self, counts_as_peer: true })),
            Role::Normal(_) => State::Member(Member::Peer),
            Role::Consumer => State::Member(Member::Consumer { has_room_token: true }),
        };
        Ok(enter(key, entry, then, turn))
    }

    /// It has been silent for the grace of those who never say what they are.
    pub(super) fn count_as_peer(self, turn: &mut Turn<'_>) -> Result<State, Close> {
        self.enter(Wanted { id: None, role: Role::Provisional, hears: false }, turn)
    }
}

impl Stranger {
    /// It is a consumer, and goes into the room that it named.
    pub(super) fn enter(
        self,
        organisation: &OrganisationId,
        proof: Proof,
        wanted: Wanted,
        turn: &mut Turn<'_>,
    ) -> Result<State, Close> {
        let Wanted { id: said, role, hears } = wanted;
        bounded(said.as_deref())?;
        let id = self.id.or(said).unwrap_or_else(|| turn.spare_id());
        let entry = Entry { id, otherwise: None, proof, role, hears };
        let then = State::Member(Member::Consumer { has_room_token: false });
        Ok(enter(room_key(organisation, &self.room), entry, then, turn))
    }
}

impl Entering {
    pub(super) fn answered(self, entered: Result<(), NotEntered>) -> Result<State, Close> {
        match entered {
            Ok(()) => Ok(self.then),
            Err(NotEntered::IdTaken) => Err(codes::ID_TAKEN),
            Err(NotEntered::RoomFull) => Err(codes::ROOM_FULL),
            Err(NotEntered::NoMoreRooms) => Err(codes::TRY_AGAIN),
        }
    }
}

impl Silent {
    /// It has been silent for the grace of those who never say what they are.
    pub(super) fn count_as_peer(mut self: Box<Self>, turn: &mut Turn<'_>) -> State {
        turn.call(Call::Register { role: Role::Provisional, hears: false });
        self.counts_as_peer = true;
        State::Silent(self)
    }
}

fn room_key(organisation: &OrganisationId, room: &str) -> RoomKey {
    RoomKey::new(organisation, Door::Signal, room)
}

fn enter(key: RoomKey, entry: Entry, then: State, turn: &mut Turn<'_>) -> State {
    let ticket = turn.perform(Effect::Enter(key, Box::new(entry)));
    State::Entering(Box::new(Entering { ticket, then }))
}
