//! The HTTP service of a house of two workers, for tests: requests go straight to the router, and the mail of the
//! workers is read by the test, or by workers that know one answer.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::request::Builder;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use tokio::runtime::Handle;
use tower_service::Service;
use vestibule_auth::{KeyConfig, Preset, RealmConfig, RealmsConfig, TrustConfig};
use vestibule_broker::memory::{Limits, MemoryBroker};
use vestibule_doors::centrifuge::rules::{ChannelRules, Rules};
use vestibule_model::{Delivery, Revoked};
use vestibule_store::Location;

use super::{Api, ApiSettings, IssuingSettings, router};
use crate::clock::Clock;
use crate::keys::KeyKeeper;
use crate::steward::{Records, Steward};
use crate::worker::{Addressed, Inboxes, Mail, Mailbox, Question, Survey, inbox};

/// The key of the server API.
pub const KEY: &str = "the-key-of-the-api";

/// A house.
pub struct House {
    pub router: Router,
    pub steward: Steward,
    mailboxes: Vec<Mailbox>,
}

/// What a request was answered.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl House {
    /// A house with the usual settings.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// A house in which something is different.
    pub fn with(change: impl FnOnce(&mut Api)) -> Self {
        Self::over(memory_broker, change)
    }

    /// A house with another broker.
    pub fn over(broker: impl FnOnce(Arc<Inboxes>) -> MemoryBroker, change: impl FnOnce(&mut Api)) -> Self {
        Self::made_of(broker, Records::without_a_store(), change)
    }

    /// A house that keeps what it is told, and at most `revocations` of those.
    pub async fn keeping(revocations: usize) -> Self {
        let now = Clock::start().now().unix;
        let records = Records::open(&Location::Memory, revocations, Handle::current(), now).await.unwrap();
        Self::made_of(memory_broker, records, |_| {})
    }

    fn made_of(
        broker: impl FnOnce(Arc<Inboxes>) -> MemoryBroker,
        records: Records,
        change: impl FnOnce(&mut Api),
    ) -> Self {
        let (senders, mailboxes): (Vec<_>, Vec<_>) = (0..2).map(|_| inbox()).unzip();
        let inboxes = Inboxes::new(senders);
        let steward = steward(broker(Arc::new(inboxes.clone())), records);
        let mut api = Api {
            settings: settings(),
            health: Some("/health".into()),
            metrics: Some("/metrics".into()),
            demo: None,
            issuing: IssuingSettings::default(),
            signal: None,
            exchanges: Vec::new(),
            node: "the-node".into(),
            rules: Arc::new(rules()),
            steward: steward.clone(),
            keys: KeyKeeper::default(),
            inboxes,
            counters: vec![Arc::default(), Arc::default()],
            longest_token: Some(Duration::from_secs(3_600)),
            clock_skew: Duration::from_secs(30),
            clock: Clock::start(),
        };
        change(&mut api);
        Self { router: router(api), steward, mailboxes }
    }

    /// Calls a method of the server API.
    pub async fn call(&self, method: &str, body: &str) -> Answered {
        self.post(&format!("/api/{method}"), body).await
    }

    /// Posts to a path, with the key.
    pub async fn post(&self, path: &str, body: &str) -> Answered {
        self.send(Request::post(path).header("X-API-Key", KEY), body).await
    }

    /// Gets a path.
    pub async fn get(&self, path: &str) -> Answered {
        self.send(Request::get(path), "").await
    }

    /// Sends any request.
    pub async fn send(&self, request: Builder, body: &str) -> Answered {
        self.send_body(request, Body::from(body.to_owned())).await
    }

    /// Sends any request with any body.
    pub async fn send_body(&self, request: Builder, body: Body) -> Answered {
        let request = request.body(body).unwrap();
        let response = self.router.clone().call(request).await.unwrap();
        let (head, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answered {
            status: head.status.as_u16(),
            headers: head.headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// The orders that every worker got since the last look.
    pub fn orders(&mut self) -> Vec<Arc<Addressed>> {
        let orders = |mail| match mail {
            Mail::Order(addressed) => Some(addressed),
            _ => None,
        };
        let [one, other] = self.mail().map(|mails| mails.into_iter().filter_map(orders).collect::<Vec<_>>());
        assert_eq!(one.len(), other.len(), "every worker gets every order");
        one
    }

    /// The revocations that every worker got since the last look.
    pub fn revoked(&mut self) -> Vec<Revoked> {
        let revoked = |mail| match mail {
            Mail::Revoked(revocation) => Some(revocation.what.clone()),
            _ => None,
        };
        let [one, other] = self.mail().map(|mails| mails.into_iter().filter_map(revoked).collect::<Vec<_>>());
        assert_eq!(one, other, "every worker gets every revocation");
        one
    }

    /// The deliveries that every worker got since the last look.
    pub fn deliveries(&mut self) -> [Vec<Delivery>; 2] {
        let deliveries = |mail| match mail {
            Mail::Delivery(delivery) => Some(delivery),
            _ => None,
        };
        self.mail().map(|mails| mails.into_iter().filter_map(deliveries).collect())
    }

    fn mail(&mut self) -> [Vec<Mail>; 2] {
        [0, 1].map(|worker| {
            let mut mails = Vec::new();
            self.mailboxes[worker].take(&mut mails, usize::MAX);
            mails
        })
    }

    /// The workers answer surveys from now on: `answer` knows what worker of which index says, and `None` says
    /// nothing.
    pub fn staff(&mut self, answer: fn(usize, &Question) -> Option<Survey>) {
        for (index, mut mailbox) in self.mailboxes.drain(..).enumerate() {
            tokio::spawn(async move {
                let (mut mails, mut unanswered) = (Vec::new(), Vec::new());
                while mailbox.receive(&mut mails, 8).await {
                    for mail in mails.drain(..) {
                        let Mail::Survey(question, asker) = mail else { continue };
                        match answer(index, &question) {
                            Some(survey) => drop(asker.send(survey)),
                            None => unanswered.push(asker),
                        }
                    }
                }
            });
        }
    }

    /// Worker 1 ends.
    pub fn lose_a_worker(&mut self) {
        self.mailboxes.truncate(1);
    }
}

impl Answered {
    /// The body of a good answer, with every epoch called `E`.
    pub fn good(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        let mut pieces = self.body.split("\"epoch\":\"");
        let mut body = pieces.next().unwrap().to_owned();
        for piece in pieces {
            let (_, rest) = piece.split_once('"').unwrap();
            body.push_str("\"epoch\":\"E\"");
            body.push_str(rest);
        }
        body
    }
}

/// A worker that is there and has nothing.
pub fn idle(_: usize, question: &Question) -> Option<Survey> {
    Some(match question {
        Question::Here => Survey::Here,
        Question::Channels(_) => Survey::Channels(Default::default()),
        Question::Counts(_) => Survey::Counts(Default::default()),
    })
}

fn memory_broker(courier: Arc<Inboxes>) -> MemoryBroker {
    MemoryBroker::new(courier, Limits::default(), &mut rand::rng())
}

fn steward(broker: MemoryBroker, records: Records) -> Steward {
    let connection = RealmConfig::new("realm", Preset::Centrifugo).with_key(KeyConfig::secret("secret"));
    let (realms, _) = RealmsConfig::of(connection).build().unwrap();
    let trust = realms.trust(&TrustConfig::default()).unwrap();
    Steward::new(trust.into(), KeyKeeper::default(), broker, records, |_| {
        panic!("nothing has to wait with an embedded broker")
    })
}

fn settings() -> ApiSettings {
    ApiSettings {
        enabled: true,
        path: "/api".into(),
        key: Some(KEY.to_owned().into()),
        keys: [("acme".to_owned(), vestibule_auth::Secret::from("the-key-of-acme"))].into(),
        operator_key: Some("the-key-of-operators".to_owned().into()),
        insecure: false,
        errors_as_status: false,
        body_size: 4096,
        batch_size: 5,
    }
}

/// `kept:` has history and presence, channels without a namespace have neither.
fn rules() -> Rules {
    let mut rules = Rules::default();
    let kept = ChannelRules {
        presence: true,
        history_size: 10,
        history_ttl: Duration::from_secs(60),
        ..ChannelRules::default()
    };
    rules.namespaces.named.insert("kept".into(), kept);
    rules
}
