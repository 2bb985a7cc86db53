//! Two who want one id: those in the field come back after every close, and wait longer only while nobody lists peers
//! for them.

use super::*;

/// How the clients in the field wait before they come back: a second, twice as long each time, half a minute at the
/// most, and up to three tenths of that more. Whoever was told its peers begins with a second again.
struct Tab {
    /// How often it came back since it was told its peers.
    attempts: u32,
    /// Its page is hidden, where browsers look at clocks once a minute.
    hidden: bool,
    comes: Moment,
}

impl Tab {
    const fn new(hidden: bool, comes: Moment) -> Self {
        Self { attempts: 0, hidden, comes }
    }

    fn is_closed(&mut self, now: Moment, dice: u32) {
        let wait = Duration::from_secs(1)
            .saturating_mul(1 << self.attempts.min(5))
            .mul_f64(f64::from(10 + dice % 4) / 10.0);
        let comes = now + wait.min(Duration::from_secs(30));
        let whole = comes.as_millis().next_multiple_of(60_000);
        self.comes = if self.hidden { Moment::from_millis(whole) } else { comes };
        self.attempts += 1;
    }
}

/// Two tabs fight for so long. When ids changed hands, and how often somebody was sent away.
fn fight(room: &mut Meeting, mut tabs: [Tab; 2], time: Duration) -> (Vec<Duration>, usize) {
    let (begin, mut handle, mut holder) = (room.now, 0, None);
    let (mut takeovers, mut refusals) = (Vec::new(), 0);
    loop {
        let Some(comer) = (0..2).filter(|tab| holder != Some(*tab)).min_by_key(|tab| tabs[*tab].comes) else {
            unreachable!("one of two is no holder");
        };
        room.now = tabs[comer].comes;
        if room.now.since(begin) > time {
            return (takeovers, refusals);
        }
        handle += 1;
        match room.tries(handle, "a", NORMAL, Proof::Room) {
            Err(why) => {
                assert_eq!(why, NotEntered::IdTaken);
                refusals += 1;
                tabs[comer].is_closed(room.now, handle);
            }
            Ok(_) => {
                tabs[comer].attempts = 0;
                if let Some(other) = holder.replace(comer) {
                    takeovers.push(room.now.since(begin));
                    tabs[other].is_closed(room.now, handle);
                }
            }
        }
    }
}

#[test]
fn two_tabs_with_one_id_fight_once_and_not_again_for_as_long_as_both_are_there() {
    let mut room = Meeting::new();
    let limits = Limits::default();
    let tabs = [Tab::new(false, NOW), Tab::new(false, NOW + Duration::from_millis(400))];
    let (takeovers, refusals) = fight(&mut room, tabs, limits.takeover_rest * 10);
    assert_eq!(takeovers.len(), limits.takeovers as usize);
    assert!(takeovers.iter().all(|at| *at < Duration::from_secs(30)), "{takeovers:?}");
    assert!(refusals > 20, "the other goes on asking");
}

#[test]
fn a_tab_that_is_hidden_and_slow_does_not_fight_for_ever_either() {
    let mut room = Meeting::new();
    let limits = Limits::default();
    let tabs = [Tab::new(false, NOW), Tab::new(true, NOW + Duration::from_secs(7))];
    let (takeovers, _) = fight(&mut room, tabs, limits.takeover_rest * 10);
    assert_eq!(takeovers.len(), limits.takeovers as usize, "{takeovers:?}");
}

#[test]
fn the_other_gets_the_id_when_its_holder_is_gone_or_nobody_has_asked_for_a_while() {
    let limits = Limits { takeovers: 3, ..Limits::default() };
    let exhausted = || {
        let mut room = Meeting::with(limits);
        room.enters(0, "a", NORMAL);
        (1..=3).for_each(|handle| assert_eq!(room.enters(handle, "a", Role::Pending).len(), 1));
        assert_eq!(room.tries(4, "a", Role::Pending, Proof::Room), Err(NotEntered::IdTaken));
        room
    };
    let mut room = exhausted();
    assert_eq!(room.registers(3, NORMAL), [peers(3, "")], "the holder stays");
    room.leaves(3);
    assert_eq!(room.enters(5, "a", NORMAL), [peers(5, "")]);
    let mut room = exhausted();
    room.now = NOW + limits.takeover_rest / 2;
    assert_eq!(room.tries(5, "a", Role::Pending, Proof::Room), Err(NotEntered::IdTaken), "it asks again");
    room.now = NOW + limits.takeover_rest * 2;
    assert_eq!(room.enters(6, "a", Role::Pending), ["3 1000"]);
}

#[test]
fn one_that_comes_back_now_and_then_before_its_old_connection_is_known_to_be_dead_is_let_in_each_time() {
    let mut room = Meeting::new();
    room.enters(0, "a", NORMAL);
    for handle in 1..100 {
        room.now = room.now + Limits::default().takeover_rest;
        assert_eq!(
            room.enters(handle, "a", NORMAL).len(),
            2,
            "the old one is put out, and it is told its peers"
        );
    }
}

#[test]
fn whoever_may_not_have_the_id_keeps_nobody_from_it_and_whoever_has_more_to_show_gets_it() {
    let limits = Limits { takeovers: 1, ..Limits::default() };
    let mut room = Meeting::with(limits);
    room.enters(0, "a", NORMAL);
    room.enters(1, "a", NORMAL);
    for asked in 1..20 {
        room.now = NOW + limits.takeover_rest / 10 * asked;
        assert_eq!(room.tries(2, "a", Role::Consumer, Proof::Nothing), Err(NotEntered::IdTaken));
    }
    assert!(room.tries(3, "a", NORMAL, Proof::Room).is_ok(), "a stranger's wishes are none");
    assert_eq!(room.tries(4, "a", NORMAL, Proof::Room), Err(NotEntered::IdTaken));
    assert!(room.tries(5, "a", NORMAL, Proof::Id).is_ok(), "the id is its own, whoever fought for it");
}
