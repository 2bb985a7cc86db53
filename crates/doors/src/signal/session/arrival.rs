//! From a query and a token to a member of a room.

use std::borrow::Cow;

use vestibule_model::{Close, Expiry, Identity, UserId};

use super::hello::Hello;
use super::{Bearer, Session, Standing, plain};
use crate::contract::{Admission, Effect, NotAdmitted, Outcome, Output, Outputs, Refusal, Refused, Secret};
use crate::room::{Entry, NotEntered, Proof, Role};
use crate::signal::codes;
use crate::signal::message::{self, Register};
use crate::signal::rules::{Roomless, Rules};

/// What the house is asked for.
#[derive(Debug)]
pub(super) enum Asked {
    /// Who bears the token of the query?
    Identity,
    /// Who bears the consumer's token?
    Consumer(Box<Wish>),
    /// Who bears the token of one that is known already?
    Again,
    /// May it have another connection? Then it goes on like this.
    Admission(Option<Box<Wish>>),
    /// Is it in its room? Then it is this.
    Entry(Standing),
}

/// What a peer wants to be.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) node_id: Option<Box<str>>,
    pub(super) role: Role,
    pub(super) hears: bool,
}

impl Session {
    /// The query was read.
    pub(super) fn greet(&mut self, hello: Hello, outputs: &mut Outputs) -> Result<(), Close> {
        let is_long =
            |text: &Option<Box<str>>| text.as_ref().is_some_and(|text| text.len() > Rules::LONGEST_NAME);
        if is_long(&hello.room) || is_long(&hello.node_id) {
            return Err(codes::TOO_LONG);
        }
        self.hello = hello;
        let token = self.hello.token.take().filter(|token| !token.0.is_empty());
        match token {
            _ if !self.rules.authenticates => self.ask(Asked::Identity, Effect::Authenticate(None), outputs),
            Some(token) => self.ask(Asked::Identity, Effect::Authenticate(Some(token)), outputs),
            None if self.hello.room.as_deref().is_none_or(str::is_empty) => return Err(codes::MISSING_ROOM),
            None => {}
        }
        self.standing = Standing::Stranger;
        Ok(())
    }

    /// The house has answered.
    pub(super) fn answered(
        &mut self,
        asked: Asked,
        outcome: Outcome,
        outputs: &mut Outputs,
    ) -> Result<(), Close> {
        match (asked, outcome) {
            (Asked::Identity, Outcome::Identity(identity)) => {
                let identity = identity.map_err(refused)?;
                self.hello.subject = Some(identity.user.clone());
                self.bind(identity.node_id.as_deref())?;
                self.admit(*identity, None, outputs)
            }
            (Asked::Consumer(wish), Outcome::Identity(identity)) => match identity {
                Ok(identity) => self.consumer(*identity, *wish, outputs),
                Err(refused) => Err(refuse_consumer(refused, outputs)),
            },
            (Asked::Again, Outcome::Identity(identity)) => match identity {
                Ok(_) => Ok(()),
                Err(refused) => Err(refuse_consumer(refused, outputs)),
            },
            (Asked::Admission(wish), Outcome::Admitted(admitted)) => {
                admitted.map_err(not_admitted)?;
                self.admitted(wish.map(|wish| *wish), outputs)
            }
            (Asked::Entry(standing), Outcome::Entered(entered)) => {
                entered.map_err(not_entered)?;
                self.standing = standing;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A token may be for one id alone.
    fn bind(&mut self, id: Option<&str>) -> Result<(), Close> {
        let Some(id) = id else { return Ok(()) };
        if id.len() > Rules::LONGEST_NAME {
            return Err(codes::TOO_LONG);
        }
        if self.hello.node_id.as_deref().is_some_and(|said| said != id) {
            return Err(codes::OTHER_ID);
        }
        self.hello.node_id = Some(id.into());
        self.hello.bound = true;
        Ok(())
    }

    /// It is known who comes: he is counted.
    fn admit(&mut self, identity: Identity, wish: Option<Wish>, outputs: &mut Outputs) -> Result<(), Close> {
        if wish.is_none() && self.rules.authenticates {
            let subject = identity.user.as_str();
            if subject.len() > Rules::LONGEST_NAME {
                return Err(codes::TOO_LONG);
            }
            if self.hello.room.as_deref().is_some_and(|room| room != subject) {
                return Err(codes::OTHER_ROOM);
            }
        }
        let Identity { organisation, user, credential, expires, .. } = identity;
        self.bearer = Some(Bearer { organisation: organisation.clone(), expires: expires.map(Expiry::at) });
        // The subject of a room token is the room.
        let is_person = wish.is_some();
        let admission = Admission { organisation, user, is_person, exclusive: false, credential };
        self.ask(Asked::Admission(wish.map(Box::new)), Effect::Admit(admission), outputs);
        Ok(())
    }

    /// A consumer is known. One that came with a token of the room must be of the same organisation, and goes on as the
    /// bearer of the token that says when it ends.
    fn consumer(&mut self, identity: Identity, wish: Wish, outputs: &mut Outputs) -> Result<(), Close> {
        match &self.bearer {
            None => self.admit(identity, Some(wish), outputs),
            Some(bearer) if bearer.organisation != identity.organisation => {
                outputs.push(Output::Send(message::auth_error(BAD_TOKEN)));
                Err(codes::BAD_CONSUMER_TOKEN)
            }
            Some(_) => self.be(wish, outputs),
        }
    }

    fn admitted(&mut self, wish: Option<Wish>, outputs: &mut Outputs) -> Result<(), Close> {
        if let Some(wish) = wish {
            return self.be(wish, outputs);
        }
        self.standing = Standing::Pending { inside: false };
        if self.hello.node_id.is_some() {
            let wish = Wish { node_id: None, role: Role::Pending, hears: false };
            self.enter(wish, Standing::Pending { inside: true }, outputs);
        }
        Ok(())
    }

    /// It is this from now on: in its room, or on its way into it.
    pub(super) fn be(&mut self, wish: Wish, outputs: &mut Outputs) -> Result<(), Close> {
        let standing = match wish.role {
            Role::Consumer => Standing::Consumer,
            Role::Normal(_) => Standing::Normal,
            Role::Provisional | Role::Pending => Standing::Provisional,
        };
        if matches!(self.standing, Standing::Pending { inside: true } | Standing::Provisional) {
            self.standing = standing;
            let Wish { role, hears, .. } = wish;
            outputs.push(Output::Call(crate::room::Call::Register { role, hears }));
            return Ok(());
        }
        if wish.node_id.as_ref().is_some_and(|id| id.len() > Rules::LONGEST_NAME) {
            return Err(codes::TOO_LONG);
        }
        self.enter(wish, standing, outputs);
        Ok(())
    }

    /// It has been silent for the grace of those who never say what they are.
    pub(super) fn become_provisional(&mut self, outputs: &mut Outputs) {
        if self.standing == (Standing::Pending { inside: true }) {
            self.standing = Standing::Provisional;
            outputs.push(Output::Call(plain(Role::Provisional)));
        } else {
            let wish = Wish { node_id: None, role: Role::Provisional, hears: false };
            self.enter(wish, Standing::Provisional, outputs);
        }
    }

    fn enter(&mut self, wish: Wish, standing: Standing, outputs: &mut Outputs) {
        let Some(bearer) = &self.bearer else { return };
        let proof = match (&self.hello.subject, self.hello.bound) {
            (None, _) => Proof::Nothing,
            (Some(_), false) => Proof::Room,
            (Some(_), true) => Proof::Id,
        };
        let key = self.room(&bearer.organisation, &self.room_name());
        let Wish { node_id, role, hears } = wish;
        let entry = Entry { id: self.id(node_id), proof, role, hears };
        self.ask(Asked::Entry(standing), Effect::Enter(key, Box::new(entry)), outputs);
    }

    /// The name by which the others reach it: from the query, from what it says, from its token, or a fresh one.
    fn id(&self, said: Option<Box<str>>) -> Box<str> {
        let subject = self.hello.subject.as_ref().map(UserId::as_str);
        // Where nobody shows a token, nobody has a subject.
        let subject = subject.filter(|subject| self.rules.authenticates && !subject.is_empty());
        let given = self.hello.node_id.clone().or(said);
        given.or_else(|| subject.map(Into::into)).unwrap_or_else(|| self.spare_id.clone())
    }

    fn room_name(&self) -> Box<str> {
        if let Some(room) = &self.hello.room {
            return room.clone();
        }
        match (&self.hello.subject, self.rules.roomless) {
            (Some(subject), Roomless::Subject) if self.rules.authenticates => subject.as_str().into(),
            _ => Rules::SHARED_ROOM.into(),
        }
    }

    /// Asks whose token a consumer has brought.
    pub(super) fn ask_for_consumer(
        &mut self,
        register: Register<'_>,
        outputs: &mut Outputs,
    ) -> Result<(), Close> {
        let wish = Wish {
            node_id: register.node_id.map(|id| id.into()),
            role: Role::Consumer,
            hears: register.presence,
        };
        if !self.rules.authenticates {
            return self.be(wish, outputs);
        }
        if !self.rules.takes_consumers {
            outputs.push(Output::Send(message::auth_error(NOT_CONFIGURED)));
            return Err(codes::NO_CONSUMERS);
        }
        self.ask_about(Asked::Consumer(Box::new(wish)), register.token, outputs)
    }

    /// One that is known already says again that it is a consumer: its token is looked at, and nothing else changes.
    pub(super) fn ask_again(&mut self, register: Register<'_>, outputs: &mut Outputs) -> Result<(), Close> {
        if !self.rules.authenticates || !self.rules.takes_consumers {
            return Ok(());
        }
        self.ask_about(Asked::Again, register.token, outputs)
    }

    fn ask_about(
        &mut self,
        asked: Asked,
        token: Option<Cow<'_, str>>,
        outputs: &mut Outputs,
    ) -> Result<(), Close> {
        let Some(token) = token else {
            outputs.push(Output::Send(message::auth_error(NO_TOKEN)));
            return Err(codes::NO_CONSUMER_TOKEN);
        };
        self.ask(asked, Effect::AuthenticateConsumer(Secret(token.into())), outputs);
        Ok(())
    }
}

const NOT_CONFIGURED: &str = "consumer authentication is not configured on this server";
const NO_TOKEN: &str = "missing consumer token";
const BAD_TOKEN: &str = "invalid or expired consumer token";

fn refused(refused: Refused) -> Close {
    match refused.refusal {
        Refusal::Unavailable => codes::TRY_AGAIN,
        _ => codes::INVALID_TOKEN,
    }
}

/// A consumer is told before it is closed: its client looks for that.
fn refuse_consumer(refused: Refused, outputs: &mut Outputs) -> Close {
    if refused.refusal == Refusal::Unavailable {
        return codes::TRY_AGAIN;
    }
    outputs.push(Output::Send(message::auth_error(BAD_TOKEN)));
    codes::BAD_CONSUMER_TOKEN
}

fn not_admitted(why: NotAdmitted) -> Close {
    match why {
        NotAdmitted::Full => codes::TOO_MANY,
        NotAdmitted::Revoked { .. } => codes::INVALID_TOKEN,
    }
}

fn not_entered(why: NotEntered) -> Close {
    match why {
        NotEntered::IdTaken => codes::ID_TAKEN,
        NotEntered::RoomFull => codes::ROOM_FULL,
        NotEntered::NoMoreRooms => codes::TRY_AGAIN,
    }
}
