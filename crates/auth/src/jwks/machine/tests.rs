//! Every rule of the machine, in virtual time.

use proptest::prelude::*;

use super::*;

/// No jitter.
const EVEN: f64 = 0.5;
const COOLDOWN: Duration = Duration::from_secs(10);

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// A machine with its driver: waiters are numbered in the order in which they ask.
struct World {
    machine: Machine<usize>,
    now: Moment,
    generation: u64,
    asked: usize,
    /// When fetches began.
    fetches: Vec<Moment>,
}

impl World {
    fn new() -> Self {
        Self::with(Policy { cooldown: COOLDOWN, ..Policy::default() })
    }

    fn with(policy: Policy) -> Self {
        let now = Moment::from_millis(1_000_000);
        Self { machine: Machine::new(policy, now), now, generation: 0, asked: 0, fetches: Vec::new() }
    }

    /// A world in which `kids` were just fetched.
    fn with_keys(kids: &[&str]) -> Self {
        let mut world = Self::new();
        assert!(world.begins());
        world.brings(kids);
        world
    }

    /// Whether a fetch begins now.
    fn begins(&mut self) -> bool {
        let begins = self.machine.step(self.now) == Step::Fetch;
        self.fetches.extend(begins.then_some(self.now));
        begins
    }

    /// The next time when the machine wants to be asked, from now.
    fn pause(&mut self) -> Duration {
        match self.machine.step(self.now) {
            Step::Wait(until) => until.since(self.now),
            Step::Fetch => panic!("a fetch was due"),
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
    }

    fn ask(&mut self, kid: &str) -> Asked<usize> {
        self.wish(Some(kid))
    }

    fn wish(&mut self, kid: Option<&str>) -> Asked<usize> {
        self.asked += 1;
        let wish = Wish { kid: kid.map(Into::into), generation: self.generation };
        self.machine.ask(self.asked, wish, self.now)
    }

    /// What is answered at once.
    fn answer(&mut self, kid: &str) -> Answer {
        match self.ask(kid) {
            Asked::Answered(waiter, answer) if waiter == self.asked => answer,
            other => panic!("no answer at once: {other:?}"),
        }
    }

    fn brings(&mut self, kids: &[&str]) -> Vec<(usize, Answer)> {
        self.brings_for(kids, None, EVEN)
    }

    /// Every good fetch here brings a new edition.
    fn brings_for(&mut self, kids: &[&str], lifetime: Option<Duration>, dice: f64) -> Vec<(usize, Answer)> {
        self.generation += 1;
        self.brings_again(kids, lifetime, dice)
    }

    fn brings_again(&mut self, kids: &[&str], lifetime: Option<Duration>, dice: f64) -> Vec<(usize, Answer)> {
        let kids = kids.iter().map(|kid| (*kid).into()).collect();
        let listed = Listed { kids, generation: self.generation, lifetime };
        self.machine.fetched(Some(listed), self.now, dice)
    }

    fn fails(&mut self) -> Vec<(usize, Answer)> {
        self.machine.fetched(None, self.now, EVEN)
    }

    fn state(&self) -> PublishedState {
        self.machine.state(self.now)
    }
}

#[test]
fn the_first_fetch_begins_at_the_start() {
    let mut world = World::new();
    assert_eq!(world.state(), PublishedState::Never);
    assert!(world.begins());
    world.brings(&["a"]);
    assert_eq!(world.state(), PublishedState::Fresh);
}

#[test]
fn keys_are_looked_at_every_five_minutes() {
    let mut world = World::with_keys(&["a"]);
    assert_eq!(world.pause(), seconds(300));
    world.pass(seconds(299));
    assert!(!world.begins());
    world.pass(seconds(1));
    assert!(world.begins());
}

#[test]
fn what_the_provider_says_is_honoured_within_bounds() {
    for (says, pause) in [(0, 60), (59, 60), (90, 90), (600, 600), (86_400, 600), (u64::MAX, 600)] {
        let mut world = World::new();
        assert!(world.begins());
        world.brings_for(&[], Some(seconds(says)), EVEN);
        assert_eq!(world.pause(), seconds(pause), "max-age={says}");
    }
}

#[test]
fn fetches_are_spread_by_a_tenth_to_either_side() {
    for (dice, pause) in [(0.0, 270), (0.5, 300), (1.0, 330), (7.0, 330)] {
        let mut world = World::new();
        assert!(world.begins());
        world.brings_for(&[], None, dice);
        assert_eq!(world.pause(), seconds(pause), "{dice}");
    }
}

#[test]
fn there_is_one_fetch_at_a_time() {
    let mut world = World::with_keys(&["a"]);
    world.pass(seconds(300));
    assert!(world.begins());
    world.pass(seconds(300));
    assert_eq!(world.ask("b"), Asked::Waits);
    assert!(!world.begins(), "the one that is under way is for everybody");
    assert_eq!(world.brings(&["a", "b"]), [(1, Answer::Changed)]);
}

#[test]
fn an_unknown_key_is_fetched_at_once_and_everyone_who_waits_is_answered() {
    let mut world = World::with_keys(&["a"]);
    assert_eq!(world.ask("b"), Asked::Waits);
    assert!(world.begins());
    assert_eq!(world.ask("b"), Asked::Waits);
    assert_eq!(world.ask("c"), Asked::Waits);
    let answers = world.brings(&["a", "b"]);
    assert_eq!(answers, [(1, Answer::Changed), (2, Answer::Changed), (3, Answer::Changed)]);
}

#[test]
fn a_fetch_that_changes_nothing_answers_that_the_key_is_unknown() {
    let mut world = World::with_keys(&["a"]);
    assert_eq!(world.ask("b"), Asked::Waits);
    assert!(world.begins());
    assert_eq!(world.brings_again(&["a"], None, EVEN), [(1, Answer::Unknown)]);
}

#[test]
fn within_the_cooldown_no_unknown_key_is_fetched_again() {
    let mut world = World::with_keys(&["a"]);
    assert_eq!(world.ask("b"), Asked::Waits);
    assert!(world.begins());
    world.brings_again(&["a"], None, EVEN);
    for _ in 0..300 {
        world.pass(Duration::from_millis(33));
        let kid = format!("fresh {}", world.asked);
        assert_eq!(world.answer(&kid), Answer::NotAsked);
        assert!(!world.begins());
    }
    world.pass(Duration::from_millis(100));
    assert_eq!(world.ask("late"), Asked::Waits);
    assert!(world.begins());
    assert_eq!(world.fetches[2].since(world.fetches[1]), COOLDOWN);
}

#[test]
fn the_cooldown_counts_from_the_beginning_of_a_fetch_and_after_failures_too() {
    let mut world = World::with_keys(&["a"]);
    assert_eq!(world.ask("b"), Asked::Waits);
    assert!(world.begins());
    world.pass(seconds(2));
    assert_eq!(world.fails(), [(1, Answer::Unavailable)]);
    world.pass(Duration::from_millis(500));
    assert_eq!(world.answer("b"), Answer::Unavailable);
    world.pass(Duration::from_millis(7_500));
    assert!(world.begins(), "the retry after the failure");
    world.fails();
    assert_eq!(world.ask("b"), Asked::Waits);
    assert!(world.begins());
}

#[test]
fn a_name_that_was_unknown_is_answered_at_once_for_a_minute() {
    let mut world = World::with_keys(&["a"]);
    assert_eq!(world.ask("b"), Asked::Waits);
    assert!(world.begins());
    world.brings_again(&["a"], None, EVEN);
    world.pass(seconds(59));
    assert_eq!(world.answer("b"), Answer::Unknown);
    assert!(!world.begins());
    world.pass(seconds(1));
    assert_eq!(world.ask("b"), Asked::Waits);
}

#[test]
fn a_name_that_was_unknown_becomes_known_with_any_fetch() {
    let mut world = World::with_keys(&["a"]);
    assert_eq!(world.ask("b"), Asked::Waits);
    assert!(world.begins());
    world.brings_again(&["a"], Some(seconds(60)), 0.0);
    let seen = world.generation;
    world.pass(seconds(54));
    assert!(world.begins(), "the next fetch, which nobody asked for");
    world.brings(&["a", "b"]);
    let late = Wish { kid: Some("b".into()), generation: seen };
    assert_eq!(world.machine.ask(9, late, world.now), Asked::Answered(9, Answer::Changed));
}

#[test]
fn whoever_looked_at_older_keys_is_told_to_look_again() {
    let mut world = World::with_keys(&["a"]);
    let old = Wish { kid: Some("a".into()), generation: 0 };
    assert_eq!(world.machine.ask(1, old, world.now), Asked::Answered(1, Answer::Changed));
    assert!(!world.begins());
}

#[test]
fn a_key_that_is_listed_and_serves_nothing_causes_no_fetch() {
    let mut world = World::with_keys(&["a"]);
    assert_eq!(world.answer("a"), Answer::Unknown);
    assert_eq!(world.wish(None), Asked::Answered(2, Answer::Unknown));
    assert!(!world.begins());
}

#[test]
fn a_key_that_is_no_longer_listed_is_gone_however_often_it_is_used() {
    let mut world = World::with_keys(&["a", "b"]);
    world.pass(seconds(300));
    assert!(world.begins());
    world.brings(&["b"]);
    assert_eq!(world.ask("a"), Asked::Waits, "it is as unknown as any other");
}

#[test]
fn while_nothing_can_be_fetched_the_tries_become_rarer_and_the_keys_stay() {
    let mut world = World::with_keys(&["a"]);
    world.pass(seconds(300));
    assert!(world.begins());
    for pause in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        world.fails();
        assert_eq!(world.state(), PublishedState::Stale);
        assert_eq!(world.pause(), seconds(pause));
        world.pass(seconds(pause));
        assert!(world.begins());
    }
    world.brings(&["a"]);
    assert_eq!((world.state(), world.pause()), (PublishedState::Fresh, seconds(300)));
    world.pass(seconds(300));
    assert!(world.begins());
    world.fails();
    assert_eq!(world.pause(), seconds(1), "a good fetch ends the series");
}

#[test]
fn keys_that_could_not_be_renewed_for_a_day_are_too_old() {
    let mut world = World::with_keys(&["a"]);
    let day = seconds(24 * 60 * 60);
    let fetched = world.now;
    while world.now < fetched + day {
        match world.machine.step(world.now) {
            Step::Fetch => drop(world.fails()),
            Step::Wait(until) => {
                assert_ne!(world.state(), PublishedState::TooOld, "{:?}", world.now.since(fetched));
                world.now = until;
            }
        }
    }
    assert_eq!(world.now.since(fetched), day, "the machine wakes up in time");
    assert_eq!(world.state(), PublishedState::TooOld);
    assert_eq!(world.ask("a"), Asked::Waits, "whatever was known counts no more");
    if world.begins() {
        assert_eq!(world.fails(), [(1, Answer::Unavailable)]);
    }
    assert_eq!(world.answer("a"), Answer::Unavailable);
}

#[test]
fn a_fetch_that_never_ends_does_not_keep_keys_young() {
    let mut world = World::with(Policy { stale: seconds(600), ..Policy::default() });
    assert!(world.begins());
    world.brings(&["a"]);
    world.pass(seconds(300));
    assert!(world.begins());
    assert_eq!(world.pause(), seconds(300), "the moment when they are too old");
    world.pass(seconds(300));
    assert_eq!(world.state(), PublishedState::TooOld);
}

#[test]
fn a_provider_that_was_never_reached_is_asked_by_those_who_come_once_in_a_cooldown() {
    let mut world = World::new();
    assert!(world.begins());
    assert_eq!(world.wish(None), Asked::Waits);
    assert_eq!(world.ask("a"), Asked::Waits);
    assert_eq!(world.fails(), [(1, Answer::Unavailable), (2, Answer::Unavailable)]);
    assert_eq!(world.ask("a"), Asked::Waits);
    assert!(world.begins(), "without waiting for the retry");
    world.fails();
    assert_eq!(world.answer("a"), Answer::Unavailable);
    world.pass(COOLDOWN);
    assert!(world.begins());
    world.fails();
    assert_eq!(world.ask("a"), Asked::Waits);
    assert!(world.begins());
    assert_eq!(world.brings(&[]), [(5, Answer::Changed)], "there are keys now, if none: that decides it");
}

#[test]
fn so_many_may_wait_and_no_more() {
    let mut world = World::with_keys(&["a"]);
    for _ in 0..MAX_WAITERS {
        assert_eq!(world.ask("b"), Asked::Waits);
    }
    assert_eq!(world.answer("b"), Answer::NotAsked);
    assert!(world.begins());
    assert_eq!(world.brings(&["b"]).len(), MAX_WAITERS);
}

/// What can happen to a machine.
#[derive(Clone, Debug)]
enum Event {
    Pass(u64),
    Ask(u16),
    Done(bool, u8),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..4_000_u64).prop_map(Event::Pass),
        1 => (0..700_000_u64).prop_map(Event::Pass),
        6 => (0..2_000_u16).prop_map(Event::Ask),
        3 => (any::<bool>(), any::<u8>()).prop_map(|(good, kids)| Event::Done(good, kids)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Whatever strangers send and the provider does: one fetch at a time, one for unknown keys in a cooldown, everyone
    /// who waits is answered once by the fetch that they waited for, and keys that were good do not vanish by failures.
    #[test]
    fn strangers_and_failures_change_no_rule(events in prop::collection::vec(event(), 1..120)) {
        let mut world = World::new();
        let (mut fetching, mut last_asked, mut waiting) = (world.begins(), None::<Moment>, Vec::new());
        for event in events {
            match event {
                Event::Pass(millis) => world.pass(Duration::from_millis(millis)),
                Event::Ask(kid) => {
                    // Whatever the time alone begins has begun before.
                    let begun = world.begins();
                    prop_assert!(!(begun && fetching), "two fetches at a time");
                    fetching |= begun;
                    let asked = world.ask(&format!("kid {kid}"));
                    match asked {
                        Asked::Waits => waiting.push(world.asked),
                        Asked::Answered(waiter, _) => prop_assert_eq!(waiter, world.asked),
                    }
                    if world.begins() {
                        prop_assert!(!fetching, "two fetches at a time");
                        prop_assert!(last_asked.is_none_or(|last| world.now.since(last) >= COOLDOWN));
                        (fetching, last_asked) = (true, Some(world.now));
                    }
                    prop_assert!(fetching || waiting.is_empty(), "somebody waits for nothing");
                }
                Event::Done(good, kids) if fetching => {
                    let before = world.state();
                    let kid = format!("kid {kids}");
                    let answers = match (good, kids % 2) {
                        (true, 0) => world.brings(&[&kid]),
                        (true, _) if world.generation > 0 => world.brings_again(&[&kid], None, EVEN),
                        (true, _) => world.brings(&[]),
                        (false, _) => world.fails(),
                    };
                    fetching = false;
                    let answered: Vec<_> = answers.iter().map(|(waiter, _)| *waiter).collect();
                    prop_assert_eq!(&answered, &waiting, "everyone who waits is answered, once");
                    waiting.clear();
                    match (good, before) {
                        (true, _) => prop_assert_eq!(world.state(), PublishedState::Fresh),
                        (false, PublishedState::Fresh | PublishedState::Stale) => {
                            prop_assert_eq!(world.state(), PublishedState::Stale);
                        }
                        (false, before) => prop_assert_eq!(world.state(), before),
                    }
                }
                Event::Done(..) => {}
            }
            let begun = world.begins();
            prop_assert!(!(begun && fetching), "two fetches at a time");
            fetching |= begun;
        }
    }
}
