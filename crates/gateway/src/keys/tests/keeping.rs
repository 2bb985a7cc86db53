//! Realms with their desks: what those hear who look for keys.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio::time::Instant;
use vestibule_auth::jwks::{Answer, KeyAddress, Place, Policy, Source};
use vestibule_auth::{Algorithm, KeyWish, PublishedKeys, PublishedState};

use super::{Provider, Reply, refusing};
use crate::clock::Clock;
use crate::keys::KeyKeeper;

/// A realm whose keys are fetched.
struct World {
    keys: Arc<PublishedKeys>,
    keeper: KeyKeeper,
}

impl World {
    /// Unknown keys are fetched however often.
    fn of(source: Source) -> Self {
        Self::with(source, Policy { cooldown: Duration::ZERO, ..Policy::default() })
    }

    fn with(source: Source, policy: Policy) -> Self {
        let keys = PublishedKeys::new("the realm", &[Algorithm::Es256], source, policy);
        let twice = [Arc::clone(&keys), Arc::clone(&keys)];
        let keeper = KeyKeeper::open(twice, &Handle::current(), Clock::start()).expect("a good source");
        Self { keys, keeper }
    }

    /// One whose keys were fetched once.
    async fn fetched(provider: &Provider, policy: Policy) -> Self {
        let world = Self::with(provider.source(), policy);
        assert_eq!(world.ask(None).await, Answer::Changed);
        world
    }

    fn wish(&self, kid: Option<&str>) -> KeyWish {
        self.keys.wish(kid, &self.keys.current())
    }

    async fn ask(&self, kid: Option<&str>) -> Answer {
        self.keeper.answer(&self.wish(kid)).await
    }

    fn kids(&self) -> Vec<String> {
        self.keys.current().kids().map(str::to_owned).collect()
    }

    fn state(&self) -> PublishedState {
        self.keys.current().state
    }
}

fn eager() -> Policy {
    Policy { cooldown: Duration::ZERO, ..Policy::default() }
}

#[tokio::test]
async fn keys_are_fetched_at_the_start_once_for_all_doors() {
    let provider = Provider::of(&["a"]).await;
    let world = World::of(provider.source());
    assert_eq!(world.ask(Some("a")).await, Answer::Changed, "worth a second try");
    assert_eq!((world.kids(), world.state()), (vec!["a".to_owned()], PublishedState::Fresh));
    assert_eq!(provider.requests("/keys"), 1);
    assert_eq!(world.keeper.status(Clock::start()).len(), 1);
}

#[tokio::test]
async fn a_new_key_is_found_by_the_first_token_that_names_it_and_a_withdrawn_one_is_gone() {
    let provider = Provider::of(&["old", "both"]).await;
    let world = World::fetched(&provider, eager()).await;
    provider.publishes(&["both", "new"]);
    assert_eq!(world.ask(Some("new")).await, Answer::Changed);
    assert_eq!(world.kids(), ["both", "new"]);
    assert_eq!(world.ask(Some("old")).await, Answer::Unknown);
}

#[tokio::test]
async fn keys_that_are_due_are_fetched_though_nobody_asks() {
    let provider = Provider::of(&["old"]).await;
    let world = World::fetched(&provider, Policy { refresh: Duration::from_millis(1), ..eager() }).await;
    let seen = world.wish(Some("new"));
    provider.publishes(&["new"]);
    while world.keys.current().generation == seen.wish.generation {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.kids(), ["new"]);
    assert_eq!(world.keeper.answer(&seen).await, Answer::Changed, "who looked before is told to look again");
}

#[tokio::test]
async fn a_provider_that_is_gone_leaves_the_keys_that_were_good() {
    let provider = Provider::of(&["a"]).await;
    let world = World::fetched(&provider, eager()).await;
    provider.answers("/keys", Reply::status(StatusCode::BAD_GATEWAY));
    assert_eq!(world.ask(Some("b")).await, Answer::Unavailable);
    assert_eq!((world.kids(), world.state()), (vec!["a".to_owned()], PublishedState::Stale));
    let status = &world.keeper.status(Clock::start())[0];
    assert!(status.suffices);
    assert_eq!(
        status.to_string(),
        "realm \"the realm\": keys could not be fetched again: answered with status 502"
    );
    provider.publishes(&["a", "b"]);
    assert_eq!(world.ask(Some("b")).await, Answer::Changed);
    let status = &world.keeper.status(Clock::start())[0];
    assert_eq!((status.state, status.keys, &status.fault), (PublishedState::Fresh, 2, &None));
}

#[tokio::test]
async fn keys_are_put_away_when_they_are_too_old() {
    let provider = Provider::of(&["a"]).await;
    let stale = Duration::from_millis(20);
    let world = World::fetched(&provider, Policy { stale, ..eager() }).await;
    provider.answers("/keys", Reply::status(StatusCode::BAD_GATEWAY));
    while world.state() != PublishedState::TooOld {
        tokio::task::yield_now().await;
    }
    assert_eq!(world.ask(Some("a")).await, Answer::Unavailable);
    assert!(!world.keeper.status(Clock::start())[0].suffices);
}

#[tokio::test]
async fn a_provider_that_was_never_reached_is_a_matter_of_time() {
    let world = World::of(refusing().await);
    assert_eq!(world.ask(Some("a")).await, Answer::Unavailable);
    let status = &world.keeper.status(Clock::start())[0];
    assert_eq!((status.state, status.keys, status.age), (PublishedState::Never, 0, None));
    assert!(status.to_string().starts_with("realm \"the realm\": keys were never fetched: no connection: "));
}

#[tokio::test]
async fn a_storm_of_unknown_keys_is_one_fetch_in_a_cooldown_and_everyone_is_answered() {
    let provider = Provider::of(&["a"]).await;
    let world = World::fetched(&provider, Policy::default()).await;
    for _ in 0..2 {
        let mut storm = JoinSet::new();
        for number in 0..300 {
            let (keeper, wish) = (world.keeper.clone(), world.wish(Some(&format!("junk {number}"))));
            storm.spawn(async move { keeper.answer(&wish).await });
        }
        let answers = storm.join_all().await;
        assert_eq!(answers.len(), 300);
        assert!(!answers.contains(&Answer::Changed));
    }
    assert_eq!(provider.requests("/keys"), 2, "the first, and one for all of them");
    let counted = world.keeper.counters()[0].unknown.get();
    assert_eq!(counted, 601);
}

#[tokio::test]
async fn two_realms_with_one_provider_have_keys_of_their_own() {
    let provider = Provider::of(&["a"]).await;
    let realm = |name| PublishedKeys::new(name, &[Algorithm::Es256], provider.source(), eager());
    let (one, other) = (realm("one"), realm("other"));
    let clock = Clock::start();
    let wishes = [&one, &other].map(|keys| keys.wish(None, &keys.current()));
    let keeper = KeyKeeper::open([one, other], &Handle::current(), clock).unwrap();
    for wish in wishes {
        assert_eq!(keeper.answer(&wish).await, Answer::Changed);
    }
    assert_eq!(provider.requests("/keys"), 2);
    assert_eq!(
        keeper.status(clock).iter().map(|status| &*status.realm).collect::<Vec<_>>(),
        ["one", "other"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_wish_waits_for_as_long_as_the_fetch_may_take() {
    // Connections are taken by the system and by nobody else.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let mut source = Source::new(Place::Keys(KeyAddress::parse(&url, false).unwrap()));
    source.timeout = Duration::from_secs(7);
    let world = World::of(source);
    let asked = Instant::now();
    assert_eq!(world.ask(Some("a")).await, Answer::Unavailable);
    assert_eq!(asked.elapsed().as_millis(), 7_000);
}

#[tokio::test]
async fn keys_that_nobody_keeps_cannot_be_had() {
    let provider = Provider::of(&["a"]).await;
    let keys = PublishedKeys::new("stray", &[Algorithm::Es256], provider.source(), eager());
    let wish = keys.wish(None, &keys.current());
    assert_eq!(KeyKeeper::default().answer(&wish).await, Answer::Unavailable);
}
