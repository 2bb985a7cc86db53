//! A session with its peer and its house, as a script.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{
    ChannelKey, ClientId, Credential, Cure, HistoryQuery, Identity, Moment, Profile, Publication,
    PublishOptions, SubscriptionGrant,
};

use crate::centrifuge::rules::{ChannelRules, Rules};
use crate::centrifuge::session::{Opening, Session};
use crate::centrifuge::wire::{Commands, Encoding, client};
use crate::contract::{
    Admission, Effect, Fault, Notice, Order, Outcome, Output, Refusal, Refused, Subscribe, Subscribed, Ticket,
};
use crate::suite::Driver;

mod words;

pub(super) use words::*;

pub(super) struct Pair {
    driver: Driver<Session>,
    encoding: Encoding,
    /// What followed and was not looked at yet, without the wishes to be woken.
    heard: VecDeque<Output>,
    /// What revocations know the connection by, since the last refresh.
    pub(super) renewed: Option<Credential>,
    /// What revocations know a subscription by, since the last refresh of one.
    pub(super) regranted: Option<(ChannelKey, Credential)>,
    /// The effect that was looked at last.
    ticket: Ticket,
}

/// How a test begins.
pub(super) struct Setup {
    pub(super) encoding: Encoding,
    pub(super) frame_pings: bool,
    pub(super) jitter: u64,
    pub(super) rules: Rules,
}

impl Setup {
    /// Channels without a namespace are open to everyone who is signed in, and have nothing.
    pub(super) fn new() -> Self {
        let mut rules = Rules::default();
        rules.client.server_version = "1.0 TEST".into();
        rules.namespaces.without.allow_subscribe = CLIENTS;
        Self { encoding: Encoding::Json, frame_pings: false, jitter: 0, rules }
    }

    pub(super) fn channel(mut self, change: impl FnOnce(&mut ChannelRules)) -> Self {
        change(&mut self.rules.namespaces.without);
        self
    }

    pub(super) fn namespace(mut self, name: &str, change: impl FnOnce(&mut ChannelRules)) -> Self {
        let mut rules = ChannelRules { allow_subscribe: CLIENTS, ..ChannelRules::default() };
        change(&mut rules);
        self.rules.namespaces.named.insert(name.into(), rules);
        self
    }

    pub(super) fn rules(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(&mut self.rules);
        self
    }

    pub(super) fn protobuf(mut self) -> Self {
        self.encoding = Encoding::Protobuf;
        self
    }

    pub(super) fn frame_pings(mut self) -> Self {
        self.frame_pings = true;
        self
    }

    /// A connection that has said nothing.
    pub(super) fn open(self) -> Pair {
        let opening = Opening {
            client: ClientId::from_random([1; 16]),
            encoding: self.encoding,
            frame_pings: self.frame_pings,
            jitter: self.jitter,
            rules: Arc::new(self.rules),
        };
        let (driver, _) = Driver::open(|now, outputs| Session::open(opening, now, outputs));
        Pair {
            driver,
            encoding: self.encoding,
            heard: VecDeque::new(),
            renewed: None,
            regranted: None,
            ticket: Ticket(0),
        }
    }

    /// A connection of the user 42.
    pub(super) fn connected(self) -> Pair {
        self.connected_as(identity())
    }

    /// A connection without server-side subscriptions.
    pub(super) fn connected_as(self, identity: Identity) -> Pair {
        let mut pair = self.open();
        pair.enters(identity);
        assert!(matches!(pair.next(), Output::Send(_)), "there is a connect reply");
        pair
    }
}

impl Pair {
    /// The peer sends this text, or what stands for it in Protobuf.
    pub(super) fn sends(&mut self, json: &str) {
        match self.encoding {
            Encoding::Json => self.sends_bytes(json.as_bytes()),
            Encoding::Protobuf => {
                let commands: Vec<_> =
                    Commands::new(Encoding::Json, json.as_bytes()).map(|command| command.unwrap()).collect();
                self.sends_bytes(&client::write(Encoding::Protobuf, &commands).unwrap());
            }
        }
    }

    pub(super) fn sends_bytes(&mut self, message: &[u8]) {
        self.is_silent();
        let outputs = self.driver.message(message);
        self.hear(outputs);
    }

    /// The peer is sent this text as one message, or what stands for it in Protobuf.
    #[track_caller]
    pub(super) fn receives(&mut self, json: &str) {
        let Output::Send(message) = self.next() else { unreachable!("nothing is sent") };
        match self.encoding {
            Encoding::Json => assert_eq!(std::str::from_utf8(&message).unwrap(), json),
            Encoding::Protobuf => {
                let wanted = client::read(Encoding::Json, json.as_bytes()).unwrap();
                assert_eq!(client::read(Encoding::Protobuf, &message).unwrap(), wanted);
            }
        }
    }

    /// The peer is sent one message of so many replies and pushes.
    #[track_caller]
    pub(super) fn receives_count(&mut self, count: usize) {
        let Output::Send(message) = self.next() else { unreachable!("nothing is sent") };
        assert_eq!(client::read(self.encoding, &message).unwrap().len(), count);
    }

    /// Nothing else follows.
    #[track_caller]
    pub(super) fn is_silent(&self) {
        assert!(self.heard.is_empty(), "more follows: {:?}", self.heard);
    }

    #[track_caller]
    pub(super) fn closes(&mut self, code: u16) {
        match self.next() {
            Output::Close(close) => assert_eq!(close.code, code, "{close:?}"),
            other => unreachable!("no close but {other:?}"),
        }
        self.is_silent();
    }

    pub(super) fn takes_messages(&self) -> bool {
        self.driver.takes_messages()
    }

    #[track_caller]
    pub(super) fn asks_who_bears(&mut self, token: Option<&str>) {
        match self.asked() {
            Effect::Authenticate(secret) => assert_eq!(secret.map(|s| s.0).as_deref(), token),
            other => unreachable!("asked for {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn asks_what_is_granted_by(&mut self, token: &str) {
        match self.asked() {
            Effect::Authorise(secret) => assert_eq!(&*secret.0, token),
            other => unreachable!("asked for {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn asks_to_admit(&mut self) -> Admission {
        match self.asked() {
            Effect::Admit(admission) => admission,
            other => unreachable!("asked for {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn asks_to_subscribe(&mut self, name: &str) -> Subscribe {
        match self.asked() {
            Effect::Subscribe(subscribe) => {
                assert_eq!(subscribe.channel, channel(name));
                subscribe
            }
            other => unreachable!("asked for {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn asks_to_publish(&mut self, name: &str) -> (Publication, PublishOptions) {
        match self.asked() {
            Effect::Publish { channel: to, publication, options } => {
                assert_eq!(to, channel(name));
                (publication, options)
            }
            other => unreachable!("asked for {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn asks_for_history(&mut self, name: &str) -> HistoryQuery {
        match self.asked() {
            Effect::History { channel: of, query, .. } => {
                assert_eq!(of, channel(name));
                query
            }
            other => unreachable!("asked for {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn asks_who_is_in(&mut self, name: &str) {
        match self.asked() {
            Effect::Presence(of) | Effect::PresenceStats(of) => assert_eq!(of, channel(name)),
            other => unreachable!("asked for {other:?}"),
        }
    }

    /// The effect that was looked at last, to be answered later.
    pub(super) fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// The house answers what it was asked last.
    pub(super) fn answers(&mut self, outcome: Outcome) {
        self.answers_to(self.ticket, outcome);
    }

    pub(super) fn answers_to(&mut self, ticket: Ticket, outcome: Outcome) {
        self.is_silent();
        let outputs = self.driver.outcome(ticket, outcome);
        self.hear(outputs);
    }

    pub(super) fn identifies(&mut self, identity: Identity) {
        self.answers(Outcome::Identity(Ok(Box::new(identity))));
    }

    pub(super) fn refuses_token(&mut self, refusal: Refusal) {
        self.refuses_token_with(refusal, Profile::Centrifugo);
    }

    pub(super) fn refuses_token_with(&mut self, refusal: Refusal, profile: Profile) {
        self.answers(Outcome::Identity(Err(Refused { refusal, profile })));
    }

    pub(super) fn grants(&mut self, grant: SubscriptionGrant) {
        self.answers(Outcome::Grant(Ok(Box::new(grant))));
    }

    pub(super) fn refuses_grant(&mut self, refusal: Refusal) {
        self.answers(Outcome::Grant(Err(refusal)));
    }

    pub(super) fn admits(&mut self) {
        self.answers(Outcome::Admitted(Ok(())));
    }

    pub(super) fn subscribes(&mut self) {
        self.answers(Outcome::Subscribed(Ok(Subscribed::default())));
    }

    pub(super) fn subscribes_at(&mut self, offset: u64) {
        self.answers(at(offset));
    }

    pub(super) fn publishes(&mut self) {
        self.answers(Outcome::Published(Ok(())));
    }

    pub(super) fn fails_to_subscribe(&mut self, fault: Fault) {
        self.answers(Outcome::Subscribed(Err(fault)));
    }

    pub(super) fn loses(&mut self, name: &str) {
        self.notice(Notice::Lost(channel(name)));
    }

    pub(super) fn revokes_grant(&mut self, name: &str, cure: Cure) {
        self.notice(Notice::Revoked(channel(name), cure));
    }

    pub(super) fn orders(&mut self, order: Order) {
        self.notice(Notice::Order(order));
    }

    #[track_caller]
    pub(super) fn releases(&mut self, name: &str) {
        let next = self.next();
        assert!(matches!(&next, Output::Release(key) if *key == channel(name)), "{next:?}");
    }

    #[track_caller]
    pub(super) fn unsubscribes(&mut self, name: &str) {
        let next = self.next();
        assert!(matches!(&next, Output::Unsubscribe(key) if *key == channel(name)), "{next:?}");
    }

    #[track_caller]
    pub(super) fn tends(&mut self, name: &str) {
        let next = self.next();
        assert!(matches!(&next, Output::Tend(key) if *key == channel(name)), "{next:?}");
    }

    #[track_caller]
    pub(super) fn pings_the_transport(&mut self) {
        assert!(matches!(self.next(), Output::Ping));
    }

    /// The transport's own pong arrives.
    pub(super) fn transport_pong(&mut self) {
        self.is_silent();
        let outputs = self.driver.handle(crate::contract::Input::Pong);
        self.hear(outputs);
    }

    /// Time passes.
    pub(super) fn pass(&mut self, duration: Duration) {
        self.is_silent();
        let outputs = self.driver.pass(duration);
        self.hear(outputs);
    }

    pub(super) fn pass_secs(&mut self, seconds: u64) {
        self.pass(Duration::from_secs(seconds));
    }

    /// Time passes, and the peer answers each ping at once; nothing else happens.
    pub(super) fn pass_with_pongs(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.pass_secs(1);
            self.answers_ping();
        }
    }

    /// The peer answers a ping, if there is one.
    pub(super) fn answers_ping(&mut self) {
        if matches!(self.heard.front(), Some(Output::Send(message)) if message[..] == b"{}"[..]) {
            self.heard.pop_front();
            let later = std::mem::take(&mut self.heard);
            self.sends("{}");
            self.heard.extend(later);
        }
    }

    pub(super) fn session(&self) -> &Session {
        self.driver.session()
    }

    /// How long until the session wants to be woken.
    pub(super) fn sleeps_for(&self) -> Duration {
        self.alarm().since(self.driver.now.moment)
    }

    /// Whether the session wants to be woken at all.
    pub(super) fn sleeps_for_ever(&self) -> bool {
        self.driver.witness.alarm.is_none()
    }

    pub(super) fn alarm(&self) -> Moment {
        self.driver.witness.alarm.unwrap()
    }

    /// The peer connects with a token of that identity; the connect reply is not looked at.
    pub(super) fn enters(&mut self, identity: Identity) {
        self.sends(r#"{"id":1,"connect":{"token":"t"}}"#);
        self.asks_who_bears(Some("t"));
        self.identifies(identity);
        self.asks_to_admit();
        self.admits();
    }

    /// The peer subscribes to a channel that has nothing.
    pub(super) fn joins(&mut self, name: &str) {
        self.sends(&format!(r#"{{"id":2,"subscribe":{{"channel":"{name}"}}}}"#));
        self.asks_to_subscribe(name);
        self.subscribes();
        self.receives(r#"{"id":2,"subscribe":{}}"#);
        self.releases(name);
    }

    /// The peer subscribes with a token.
    pub(super) fn joins_with(&mut self, grant: SubscriptionGrant) {
        let name = String::from(&*grant.channel);
        self.sends(&format!(r#"{{"id":2,"subscribe":{{"channel":"{name}","token":"s"}}}}"#));
        self.asks_what_is_granted_by("s");
        self.grants(grant);
        self.asks_to_subscribe(&name);
        self.subscribes();
        assert!(matches!(self.next(), Output::Send(_)));
        self.releases(&name);
    }

    #[track_caller]
    fn asked(&mut self) -> Effect {
        match self.next() {
            Output::Perform(ticket, effect) => {
                self.ticket = ticket;
                effect
            }
            other => unreachable!("no effect but {other:?}"),
        }
    }

    #[track_caller]
    fn next(&mut self) -> Output {
        self.heard.pop_front().expect("something follows")
    }

    fn notice(&mut self, notice: Notice) {
        self.is_silent();
        let outputs = self.driver.notice(notice);
        self.hear(outputs);
    }

    fn hear(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::WakeAt(_) => {}
                Output::Renew(credential) => self.renewed = Some(*credential),
                Output::Regrant(channel, credential) => self.regranted = Some((channel, *credential)),
                output => self.heard.push_back(output),
            }
        }
    }
}
