//! Moves the machine of one realm: does the fetching that it asks for, and takes questions meanwhile.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use tokio::select;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::sleep;
use vestibule_auth::PublishedKeys;
use vestibule_auth::jwks::{Answer, Asked, Listed, Machine, Step};
use vestibule_model::Moment;

use super::Question;
use super::fault::{FetchFault, Missed, Paper};
use super::fetcher::{Discovered, Fetched, Fetcher};
use super::news::News;
use crate::clock::Clock;
use crate::telemetry::RealmCounters;

/// Why the last fetch failed, for whoever looks; nothing when it went well.
pub type LastFault = Arc<ArcSwapOption<FetchFault>>;

/// The desk of one realm.
pub struct Desk {
    keys: Arc<PublishedKeys>,
    machine: Machine<oneshot::Sender<Answer>>,
    fetcher: Arc<Fetcher>,
    discovered: Option<Discovered>,
    questions: mpsc::Receiver<Question>,
    news: News,
    counters: Arc<RealmCounters>,
    last_fault: LastFault,
    clock: Clock,
}

/// A fetch under way. It runs in a task of its own, so that a bug in it costs one fetch and not the desk.
type Fetching = JoinHandle<Result<Fetched, Missed>>;

/// What a desk wakes up for.
enum Event {
    Asked(Question),
    Done(Result<Result<Fetched, Missed>, JoinError>),
    Time,
    /// Nobody is left who could ask.
    Over,
}

impl Desk {
    /// A desk that has done nothing yet.
    pub fn new(
        keys: Arc<PublishedKeys>,
        fetcher: Arc<Fetcher>,
        questions: mpsc::Receiver<Question>,
        counters: Arc<RealmCounters>,
        last_fault: LastFault,
        clock: Clock,
    ) -> Self {
        let machine = Machine::new(keys.policy().clone(), clock.now().moment);
        let (discovered, news) = (None, News::default());
        Self { keys, machine, fetcher, discovered, questions, news, counters, last_fault, clock }
    }

    /// Works until nobody is left who could ask.
    pub async fn run(mut self) {
        let mut fetching: Option<Fetching> = None;
        loop {
            let now = self.clock.now().moment;
            self.keys.mark(self.machine.state(now));
            let until = match self.machine.step(now) {
                Step::Wait(until) => until,
                Step::Fetch => {
                    fetching = Some(self.begin(now));
                    continue;
                }
            };
            match self.next(&mut fetching, now, until).await {
                Event::Asked(question) => self.ask(question),
                Event::Done(done) => {
                    fetching = None;
                    self.done(done.unwrap_or_else(|_| Err(self.bug())));
                }
                Event::Time => {}
                Event::Over => return,
            }
        }
    }

    async fn next(&mut self, fetching: &mut Option<Fetching>, now: Moment, until: Moment) -> Event {
        let under_way = async {
            match fetching {
                Some(fetching) => fetching.await,
                None => std::future::pending().await,
            }
        };
        select! {
            done = under_way => Event::Done(done),
            question = self.questions.recv() => question.map_or(Event::Over, Event::Asked),
            () = sleep(until.since(now)) => Event::Time,
        }
    }

    fn begin(&self, now: Moment) -> Fetching {
        let (fetcher, known) = (Arc::clone(&self.fetcher), self.discovered.clone());
        tokio::spawn(async move { fetcher.fetch(known, now).await })
    }

    fn ask(&mut self, question: Question) {
        let now = self.clock.now().moment;
        if let Asked::Answered(asker, answer) = self.machine.ask(question.asker, question.wish, now) {
            tell(asker, answer);
        }
    }

    fn bug(&self) -> Missed {
        Missed::new(Paper::Keys, self.keys.source().place.address(), FetchFault::Bug)
    }

    fn done(&mut self, result: Result<Fetched, Missed>) {
        let now = self.clock.now().moment;
        let listed = match result {
            Ok(fetched) => Some(self.take(fetched, now)),
            Err(missed) => {
                self.note(missed);
                None
            }
        };
        let answers = self.machine.fetched(listed, now, rand::random());
        // Whoever is told to look again must find the state that goes with the answer.
        self.keys.mark(self.machine.state(now));
        for (asker, answer) in answers {
            tell(asker, answer);
        }
    }

    fn take(&mut self, fetched: Fetched, now: Moment) -> Listed {
        let Fetched { document, lifetime, discovered, provider_time: _ } = fetched;
        let change = self.keys.publish(&document, now);
        self.news.tell(self.keys.realm(), &document, &change, self.keys.suffices(&self.keys.current()));
        self.discovered = discovered;
        self.last_fault.store(None);
        self.counters.keys.set(document.len());
        self.counters.fetched_at(now);
        self.counters.fetched_with("ok");
        let kids = document.kids().map(Into::into).collect();
        Listed { kids, generation: self.keys.current().generation, lifetime }
    }

    fn note(&mut self, missed: Missed) {
        let Missed { paper, address, fault } = missed;
        tracing::warn!(realm = self.keys.realm(), asked = %paper, address, cause = %fault, "keys could not be fetched");
        self.discovered = None;
        self.counters.fetched_with(fault.result());
        self.last_fault.store(Some(Arc::new(fault)));
    }
}

/// Whoever asked may have gone.
fn tell(asker: oneshot::Sender<Answer>, answer: Answer) {
    let _gone = asker.send(answer);
}
