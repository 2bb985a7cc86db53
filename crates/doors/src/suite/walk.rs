//! Random inputs and plausible answers, for as long as the dice last.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use vestibule_model::{
    ChannelOverride, ClientId, ClientInfo, Close, Cure, Epoch, Expiry, HistoryPage, Identity, Position,
    PresenceStats, Profile, Publication, ServerSubscription, SubscriptionGrant, UnixSeconds, UserId,
};

use super::witness::Asked;
use super::{Dice, DoorUnderTest, Driver};
use crate::contract::{
    Fault, Input, NotAdmitted, Notice, Order, Outcome, Output, Recovery, Refusal, Refused, Subscribed, Ticket,
};
use crate::room::NotEntered;

/// Once in so many messages, the peer sends something senseless: most of that ends the walk.
const NOISE: usize = 32;

/// Once in so many times, the answer is one that ends the walk.
const FATAL: usize = 32;

/// Takes at most so many steps with a session of this door, and says how many it took before the session ended.
///
/// # Panics
/// When the session breaks the law.
pub fn walk<D: DoorUnderTest>(door: &D, dice: &mut Dice<'_>, steps: usize) -> usize {
    let mut walk = Walk { door, dice, driver: Driver::of(door), messages: door.later_messages(), owed: None };
    if !walk.dice.once_in(NOISE) {
        walk.driver.message(&door.first_message());
    }
    for step in 0..steps {
        if walk.driver.is_closed() {
            return step;
        }
        let Some(roll) = walk.dice.roll() else {
            walk.settle();
            return step;
        };
        let outputs = walk.step(roll);
        walk.hear(&outputs);
    }
    walk.settle();
    steps
}

struct Walk<'w, 'd, D: DoorUnderTest> {
    door: &'w D,
    dice: &'w mut Dice<'d>,
    driver: Driver<D::Session>,
    messages: Vec<Vec<u8>>,
    /// What the peer has to say next.
    owed: Option<Vec<u8>>,
}

impl<D: DoorUnderTest> Walk<'_, '_, D> {
    fn step(&mut self, roll: u64) -> Vec<Output> {
        match roll % 16 {
            0..=5 => self.message(),
            6..=11 => self.answer(),
            12 => self.notice(),
            13 => self.driver.handle(Input::Pong),
            14 => self.driver.handle(Input::Deadline),
            _ => {
                let millis = 1 << self.dice.pick(14);
                self.driver.pass(Duration::from_millis(millis))
            }
        }
    }

    /// The peer knows what it owes.
    fn hear(&mut self, outputs: &[Output]) {
        for output in outputs {
            if let Output::Send(message) = output {
                self.owed = self.door.pong_to(message).or(self.owed.take());
            }
        }
    }

    /// Answers everything that is in flight: then nothing may be left hanging, which the witness checks.
    fn settle(&mut self) {
        while !self.driver.is_closed() && !self.driver.witness.in_flight.is_empty() {
            self.answer();
        }
    }

    fn message(&mut self) -> Vec<Output> {
        if !self.driver.takes_messages() {
            return Vec::new();
        }
        let index = self.dice.pick(self.messages.len());
        let mut message = self.owed.take().unwrap_or_else(|| self.messages[index].clone());
        if self.dice.once_in(NOISE) {
            match self.dice.pick(3) {
                0 => message = self.dice.bytes(64),
                1 => message = self.door.first_message(),
                _ => self.flip_a_bit(&mut message),
            }
        }
        self.driver.message(&message)
    }

    fn flip_a_bit(&mut self, message: &mut [u8]) {
        let place = self.dice.pick(message.len());
        if let Some(byte) = message.get_mut(place) {
            *byte ^= 1 << self.dice.pick(8);
        }
    }

    fn answer(&mut self) -> Vec<Output> {
        let index = self.dice.pick(self.driver.witness.in_flight.len());
        match self.driver.witness.in_flight.iter().nth(index) {
            None => Vec::new(),
            Some((ticket, asked)) => self.reply(*ticket, asked.clone()),
        }
    }

    fn reply(&mut self, ticket: Ticket, asked: Asked) -> Vec<Output> {
        let outcome = match asked {
            Asked::Authenticate(_) | Asked::AuthenticateConsumer => Outcome::Identity(self.identity()),
            Asked::Authorise(token) => Outcome::Grant(self.grant(token)),
            Asked::Admit if self.dice.once_in(FATAL) => Outcome::Admitted(Err(self.not_admitted())),
            Asked::Admit => Outcome::Admitted(Ok(())),
            Asked::Enter if self.dice.once_in(FATAL) => Outcome::Entered(Err(self.not_entered())),
            Asked::Enter => Outcome::Entered(Ok(())),
            Asked::Subscribe(_) => Outcome::Subscribed(self.or_fault(Self::subscribed)),
            Asked::Publish => Outcome::Published(self.or_fault(|_| ())),
            Asked::Presence => Outcome::Presence(self.or_fault(|walk| vec![walk.other()])),
            Asked::PresenceStats => {
                Outcome::PresenceStats(self.or_fault(|_| PresenceStats { clients: 2, users: 1 }))
            }
            Asked::History => Outcome::History(self.or_fault(Self::page)),
        };
        self.driver.outcome(ticket, outcome)
    }

    fn identity(&mut self) -> Result<Box<Identity>, Refused> {
        if self.dice.once_in(FATAL) {
            let profile = if self.dice.once_in(2) { Profile::Cadenza } else { Profile::Centrifugo };
            return Err(Refused { refusal: self.refusal(), profile });
        }
        let expires = self.end_of_token();
        let subscriptions = self.server_subscriptions();
        Ok(Box::new(Identity { expires, subscriptions, ..self.door.identity() }))
    }

    /// A token is for the channel that it names.
    fn grant(&mut self, token: Box<str>) -> Result<Box<SubscriptionGrant>, Refusal> {
        if self.dice.once_in(FATAL) {
            return Err(self.refusal());
        }
        let identity = self.door.identity();
        Ok(Box::new(SubscriptionGrant {
            realm: identity.realm,
            credential: identity.credential,
            organisation: identity.organisation,
            channel: if self.dice.once_in(FATAL) { self.channel() } else { token },
            user: identity.user,
            client: None,
            expires: self.end_of_token(),
            info: self.dice.once_in(2).then(|| Bytes::from_static(b"{}")),
            data: None,
            overrides: self.overrides(),
        }))
    }

    fn not_admitted(&mut self) -> NotAdmitted {
        match self.dice.pick(3) {
            0 => NotAdmitted::Full,
            1 => NotAdmitted::Revoked(Cure::FreshToken),
            _ => NotAdmitted::Revoked(Cure::Nothing),
        }
    }

    fn not_entered(&mut self) -> NotEntered {
        const ALL: [NotEntered; 3] = [NotEntered::IdTaken, NotEntered::RoomFull, NotEntered::NoMoreRooms];
        ALL[self.dice.pick(ALL.len())]
    }

    fn refusal(&mut self) -> Refusal {
        const ALL: [Refusal; 6] = [
            Refusal::Missing,
            Refusal::Malformed,
            Refusal::Expired,
            Refusal::Invalid,
            Refusal::Anonymous,
            Refusal::Unavailable,
        ];
        ALL[self.dice.pick(ALL.len())]
    }

    fn or_fault<T>(&mut self, good: impl FnOnce(&mut Self) -> T) -> Result<T, Fault> {
        const ALL: [Fault; 4] =
            [Fault::Unrecoverable, Fault::Overloaded, Fault::Unavailable, Fault::NotSupported];
        if self.dice.once_in(4) { Err(ALL[self.dice.pick(ALL.len())]) } else { Ok(good(self)) }
    }

    fn subscribed(&mut self) -> Subscribed {
        let publications = self.publications();
        Subscribed {
            position: self.dice.once_in(2).then(|| position(9)),
            recovery: self.dice.once_in(2).then_some(Recovery { recovered: true, publications }),
        }
    }

    fn page(&mut self) -> HistoryPage {
        HistoryPage { publications: self.publications(), top: position(9) }
    }

    /// Some that a JSON peer could not read are among them.
    fn publications(&mut self) -> Vec<Arc<Publication>> {
        let data = if self.dice.once_in(FATAL) { &b"\xff"[..] } else { b"{\"n\":1}" };
        let publication = |offset| Publication {
            data: Bytes::from_static(data),
            position: Some(position(offset)),
            ..Publication::default()
        };
        (0..self.dice.pick(3) as u64).map(|offset| Arc::new(publication(offset + 1))).collect()
    }

    fn other(&mut self) -> Arc<ClientInfo> {
        Arc::new(ClientInfo {
            user: UserId::new("another"),
            client: ClientId::from_random([7; 16]),
            connection: None,
            channel: None,
        })
    }

    fn notice(&mut self) -> Vec<Output> {
        let notice = match self.dice.pick(8) {
            0 | 1 => self.lost(),
            2 | 3 => Some(self.ordered_subscription()),
            4 | 5 => Some(Notice::Order(Order::Unsubscribe { channel: self.channel(), code: None })),
            6 if self.dice.once_in(FATAL) => {
                Some(Notice::Order(Order::Disconnect(Close::new(4000, "because"))))
            }
            6 if self.dice.once_in(FATAL) => Some(Notice::Order(Order::Drain)),
            _ => {
                let expired = self.dice.once_in(FATAL);
                Some(Notice::Order(Order::Refresh { expired, expires: self.expiry(), info: None }))
            }
        };
        notice.map_or_else(Vec::new, |notice| self.driver.notice(notice))
    }

    /// Only a subscription that stands can be lost, or lose its token.
    fn lost(&mut self) -> Option<Notice> {
        let index = self.dice.pick(self.driver.witness.standing.len());
        let channel = self.driver.witness.standing.keys().nth(index).cloned()?;
        Some(match self.dice.pick(4) {
            0 => Notice::Revoked(channel, Cure::FreshToken),
            1 => Notice::Revoked(channel, Cure::NewLogin),
            _ => Notice::Lost(channel),
        })
    }

    fn ordered_subscription(&mut self) -> Notice {
        Notice::Order(Order::Subscribe {
            subscription: self.server_subscription(),
            since: self.dice.once_in(2).then(|| position(3)),
            expires: self.expiry(),
        })
    }

    /// Mostly none: another token with other channels would end the connection.
    fn server_subscriptions(&mut self) -> Vec<ServerSubscription> {
        let count = if self.dice.once_in(4) { 1 + self.dice.pick(3) } else { 0 };
        (0..count).map(|_| self.server_subscription()).collect()
    }

    fn server_subscription(&mut self) -> ServerSubscription {
        ServerSubscription { channel: self.channel(), info: None, data: None, overrides: self.overrides() }
    }

    fn overrides(&mut self) -> ChannelOverride {
        ChannelOverride {
            presence: self.dice.once_in(2).then_some(true),
            force_recovery: self.dice.once_in(2).then_some(true),
            ..ChannelOverride::default()
        }
    }

    fn channel(&mut self) -> Box<str> {
        let channels = self.door.channels();
        channels[self.dice.pick(channels.len())].into()
    }

    /// Never, in the past, or soon.
    fn end_of_token(&mut self) -> Option<Expiry> {
        let expires = self.expiry()?;
        Some(if self.dice.once_in(2) { Expiry::Token(expires) } else { Expiry::Stated(expires) })
    }

    fn expiry(&mut self) -> Option<UnixSeconds> {
        let now = self.driver.now.unix.0;
        match self.dice.pick(FATAL) {
            0 => Some(UnixSeconds(now - 1)),
            1..=12 => Some(UnixSeconds(now + 30)),
            _ => None,
        }
    }
}

fn position(offset: u64) -> Position {
    Position { offset, epoch: Epoch::new("epoch") }
}
