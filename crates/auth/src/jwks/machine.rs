//! When keys are fetched, and what those hear who wait for one.
//!
//! The machine fetches nothing and reads no clock: whoever drives it says what time it is, does what [`Step`] says and
//! brings back what came of it. There is never more than one fetch at a time. A fetch is begun by the time, or by a
//! token that names an unknown key; for the latter only once in a cooldown, whatever strangers send.

use std::collections::BTreeSet;
use std::time::Duration;

use vestibule_model::Moment;

use super::Policy;
use super::unknown::UnknownKids;
use crate::published::PublishedState;

/// The most who may wait for one fetch; who comes later is told at once that nothing can be said now.
pub const MAX_WAITERS: usize = 10_000;

/// Decides about the keys of one realm. `W` is whoever waits.
pub struct Machine<W> {
    policy: Policy,
    /// When the next fetch begins that nobody asks for.
    due: Moment,
    /// Somebody asks for a fetch.
    wanted: bool,
    /// When the last fetch began that somebody asked for.
    asked: Option<Moment>,
    fetching: bool,
    /// Fetches that failed since the last good one.
    failures: u32,
    good: Option<Good>,
    waiting: Vec<(W, Wish)>,
    unknown: UnknownKids,
}

/// What the last good fetch brought.
struct Good {
    at: Moment,
    generation: u64,
    kids: BTreeSet<Box<str>>,
}

/// A key that somebody looked for in vain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Its name; `None`: any keys at all.
    pub kid: Option<Box<str>>,
    /// The edition of the keys in which it was looked for.
    pub generation: u64,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Fetch the keys now, and bring the result to [`Machine::fetched`].
    Fetch,
    /// Nothing before that moment, unless somebody asks or the fetch is done.
    Wait(Moment),
}

/// What becomes of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<W> {
    /// It is answered at once.
    Answered(W, Answer),
    /// It waits; a [`Machine::step`] is needed now.
    Waits,
}

/// What one hears who looked for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// There are other keys now: look again.
    Changed,
    /// The provider does not publish that key.
    Unknown,
    /// It cannot be said now: the provider cannot be reached.
    Unavailable,
    /// Nobody asked: the provider was asked too lately to be asked again, or too many wait for the answer already.
    NotAsked,
}

/// What a good fetch brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The names of all good keys.
    pub kids: BTreeSet<Box<str>>,
    /// The edition that they became.
    pub generation: u64,
    /// How long the provider says that they are good.
    pub lifetime: Option<Duration>,
}

impl<W> Machine<W> {
    /// A machine without keys, which wants them at once.
    pub fn new(policy: Policy, now: Moment) -> Self {
        Self {
            policy,
            due: now,
            wanted: false,
            asked: None,
            fetching: false,
            failures: 0,
            good: None,
            waiting: Vec::new(),
            unknown: UnknownKids::default(),
        }
    }

    /// Somebody looked for a key in vain.
    pub fn ask(&mut self, waiter: W, wish: Wish, now: Moment) -> Asked<W> {
        if let Some(answer) = self.known(&wish, now) {
            return Asked::Answered(waiter, answer);
        }
        let fetch_comes = self.fetching || self.wanted;
        if self.waiting.len() >= MAX_WAITERS || !fetch_comes && self.cools_down(now) {
            return Asked::Answered(waiter, self.unasked(now));
        }
        self.wanted = !self.fetching;
        self.waiting.push((waiter, wish));
        Asked::Waits
    }

    /// What can be said without a fetch.
    fn known(&self, wish: &Wish, now: Moment) -> Option<Answer> {
        let good = self.good.as_ref().filter(|_| self.state(now) != PublishedState::TooOld)?;
        if good.generation != wish.generation {
            return Some(Answer::Changed);
        }
        // A key that is listed and still was not found is for other algorithms than the realm's.
        let Some(kid) = &wish.kid else { return Some(Answer::Unknown) };
        let unknown = good.kids.contains(kid) || self.unknown.contains(kid, now);
        unknown.then_some(Answer::Unknown)
    }

    /// What those hear for whom nobody asks. While nothing can be fetched, that is why.
    fn unasked(&self, now: Moment) -> Answer {
        match self.state(now) {
            PublishedState::Fresh => Answer::NotAsked,
            PublishedState::Never | PublishedState::Stale | PublishedState::TooOld => Answer::Unavailable,
        }
    }

    fn cools_down(&self, now: Moment) -> bool {
        self.asked.is_some_and(|asked| now.since(asked) < self.policy.cooldown)
    }

    /// What is to be done now. To be asked after every other call and when the moment of a [`Step::Wait`] has come.
    pub fn step(&mut self, now: Moment) -> Step {
        if self.fetching || !self.wanted && now < self.due {
            return Step::Wait(self.next(now));
        }
        if self.wanted {
            self.asked = Some(now);
        }
        self.wanted = false;
        self.fetching = true;
        Step::Fetch
    }

    fn next(&self, now: Moment) -> Moment {
        let fetch = if self.fetching { Moment::from_millis(u64::MAX) } else { self.due };
        let too_old = self.good.as_ref().map(|good| good.at + self.policy.stale);
        too_old.filter(|end| *end > now).map_or(fetch, |end| end.min(fetch))
    }

    /// A fetch is done: with what it brought, or nothing. `dice` is anything from 0 to 1, which spreads the fetches of
    /// many houses. Returns everyone who waited, each with the answer.
    pub fn fetched(&mut self, brought: Option<Listed>, now: Moment, dice: f64) -> Vec<(W, Answer)> {
        self.fetching = false;
        let answers = match brought {
            Some(listed) => self.take(listed, now, dice),
            None => self.fail(now, dice),
        };
        self.waiting.drain(..).zip(answers).map(|((waiter, _), answer)| (waiter, answer)).collect()
    }

    fn take(&mut self, listed: Listed, now: Moment, dice: f64) -> Vec<Answer> {
        let Listed { kids, generation, lifetime } = listed;
        let pause =
            lifetime.map_or(self.policy.refresh, |life| life.clamp(Policy::SHORTEST, Policy::LONGEST));
        self.due = now + jittered(pause, dice);
        self.failures = 0;
        let mut answers = Vec::with_capacity(self.waiting.len());
        for (_, wish) in &self.waiting {
            if let Some(kid) = wish.kid.as_ref().filter(|kid| !kids.contains(*kid)) {
                self.unknown.add(kid, now);
            }
            answers.push(if wish.generation == generation { Answer::Unknown } else { Answer::Changed });
        }
        self.good = Some(Good { at: now, generation, kids });
        answers
    }

    fn fail(&mut self, now: Moment, dice: f64) -> Vec<Answer> {
        let pause = Policy::FIRST_RETRY.saturating_mul(1 << self.failures.min(16));
        self.due = now + jittered(pause.min(Policy::LONGEST_RETRY), dice);
        self.failures = self.failures.saturating_add(1);
        vec![Answer::Unavailable; self.waiting.len()]
    }

    /// How good the keys are now.
    pub fn state(&self, now: Moment) -> PublishedState {
        match &self.good {
            None => PublishedState::Never,
            Some(good) if now.since(good.at) >= self.policy.stale => PublishedState::TooOld,
            Some(_) if self.failures > 0 => PublishedState::Stale,
            Some(_) => PublishedState::Fresh,
        }
    }
}

/// A tenth less, up to a tenth more.
fn jittered(pause: Duration, dice: f64) -> Duration {
    pause.mul_f64(0.9 + 0.2 * dice.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests;
