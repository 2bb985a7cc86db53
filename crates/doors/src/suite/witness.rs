//! The law, checked on every output of a session.

use std::collections::BTreeMap;

use vestibule_model::{ChannelKey, Close, Moment};

use crate::contract::{Effect, Outcome, Output, Outputs, Ticket};

/// What a witness remembers of a session.
#[derive(Debug, Default)]
pub struct Witness {
    /// Effects whose outcome the session waits for.
    pub in_flight: BTreeMap<Ticket, Asked>,
    /// Subscriptions that stand.
    pub standing: BTreeMap<ChannelKey, Held>,
    /// When the session wants to be woken.
    pub alarm: Option<Moment>,
    /// How the session ended.
    pub close: Option<Close>,
    /// The house has said who the peer is.
    authenticated: bool,
    /// The peer is in a room.
    entered: bool,
}

/// An effect, as far as its answer has to fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Who bears this token, if there is one?
    Authenticate(Option<Box<str>>),
    /// Who bears this token of a consumer?
    AuthenticateConsumer,
    /// May the peer enter a room?
    Enter,
    /// What may the bearer of this token do?
    Authorise(Box<str>),
    /// May the user have another connection?
    Admit,
    /// Subscribe to a channel.
    Subscribe(ChannelKey),
    /// Publish.
    Publish,
    /// Who is there?
    Presence,
    /// How many are there?
    PresenceStats,
    /// What was published?
    History,
}

/// Whether the publications of a subscription are held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// They wait for the reply.
    Held,
    /// They flow.
    Released,
}

impl Witness {
    /// Looks at what followed from one input, and gives it back.
    ///
    /// # Panics
    /// When it is against the law.
    pub fn observe(&mut self, now: Moment, outputs: &mut Outputs) -> Vec<Output> {
        let outputs: Vec<Output> = outputs.drain().collect();
        for output in &outputs {
            assert!(self.close.is_none(), "nothing follows a close, but {output:?} did");
            match output {
                Output::Send(message) => assert!(!message.is_empty(), "an empty message is sent"),
                Output::Perform(ticket, effect) => self.performed(*ticket, effect),
                Output::Release(channel) => self.released(channel),
                Output::Unsubscribe(channel) => {
                    assert!(
                        self.standing.remove(channel).is_some(),
                        "{channel:?} is left, but was not joined"
                    );
                }
                Output::Tend(channel) => {
                    assert_eq!(self.standing.get(channel), Some(&Held::Released), "{channel:?} is tended");
                }
                Output::WakeAt(moment) => {
                    assert!(*moment >= now, "the session wants to be woken in the past");
                    self.alarm = Some(*moment);
                }
                Output::Close(close) => self.close = Some(close.clone()),
                Output::Renew(_) => assert!(self.authenticated, "a peer that is not known has a new token"),
                Output::Regrant(channel, _) => {
                    assert!(
                        self.standing.contains_key(channel),
                        "{channel:?} has a new token, but was not joined"
                    );
                }
                Output::Call(call) => assert!(self.entered, "{call:?} is said outside of any room"),
                Output::Ping | Output::Malformed => {}
            }
        }
        outputs
    }

    /// An outcome is on its way to the session.
    ///
    /// # Panics
    /// When nobody asked for it.
    pub fn answered(&mut self, ticket: Ticket, outcome: &Outcome) {
        let asked = self.in_flight.remove(&ticket).expect("only what was asked for is answered");
        match (asked, outcome) {
            (Asked::Subscribe(channel), Outcome::Subscribed(Ok(_))) => {
                self.standing.insert(channel, Held::Held);
            }
            (Asked::Authenticate(_) | Asked::AuthenticateConsumer, Outcome::Identity(Ok(_))) => {
                self.authenticated = true;
            }
            (Asked::Enter, Outcome::Entered(Ok(()))) => self.entered = true,
            _ => {}
        }
    }

    /// Nothing is under way any more, so every subscription must have been let go.
    ///
    /// # Panics
    /// When one is still held.
    pub fn at_rest(&self, takes_messages: bool) {
        if self.close.is_some() || !self.in_flight.is_empty() {
            return;
        }
        assert!(takes_messages, "the session waits for nothing, yet takes no messages");
        let held: Vec<_> = self.standing.iter().filter(|(_, held)| **held == Held::Held).collect();
        assert!(held.is_empty(), "publications are held for ever: {held:?}");
    }

    fn performed(&mut self, ticket: Ticket, effect: &Effect) {
        let asked = match effect {
            Effect::Authenticate(token) => Asked::Authenticate(token.as_ref().map(|token| token.0.clone())),
            Effect::AuthenticateConsumer(_) => Asked::AuthenticateConsumer,
            Effect::Enter(..) => Asked::Enter,
            Effect::Authorise(token) => Asked::Authorise(token.0.clone()),
            Effect::Admit(_) => Asked::Admit,
            Effect::Subscribe(subscribe) => Asked::Subscribe(subscribe.channel.clone()),
            Effect::Publish { .. } => Asked::Publish,
            Effect::Presence(_) => Asked::Presence,
            Effect::PresenceStats(_) => Asked::PresenceStats,
            Effect::History { .. } => Asked::History,
        };
        let may = self.authenticated || matches!(asked, Asked::Authenticate(_) | Asked::AuthenticateConsumer);
        assert!(may, "{asked:?} is wanted for a peer that is not known");
        let moves = asked == Asked::Enter && self.entered;
        assert!(!moves, "a connection is in one room at most");
        if let Asked::Subscribe(channel) = &asked {
            let free = !self.standing.contains_key(channel) && !self.in_flight.values().any(|a| *a == asked);
            assert!(free, "{channel:?} is joined twice");
        }
        assert!(self.in_flight.insert(ticket, asked).is_none(), "{ticket:?} names two effects");
    }

    fn released(&mut self, channel: &ChannelKey) {
        let before = self.standing.insert(channel.clone(), Held::Released);
        assert_eq!(before, Some(Held::Held), "{channel:?} is released");
    }
}
