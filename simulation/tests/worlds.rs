//! A thousand worlds, and the same ones every time.

use vestibule_simulation::{run, run_all};

#[test]
fn in_a_thousand_worlds_nothing_is_lost_doubled_reordered_or_leaked_and_everyone_catches_up() {
    let tally = match run_all(0, 1_000) {
        Ok(tally) => tally,
        Err(failure) => panic!("{failure}; cargo run -p vestibule-simulation -- --seed {}", failure.seed),
    };
    println!("{tally}");
    assert!(tally.recovered_publications > 1_000, "recovery is put to the test");
    assert!(tally.gaps > 100, "so are gaps");
    assert!(tally.lost > 10, "so are streams that begin anew");
    for code in [3001, 3005, 3008, 3012] {
        assert!(tally.closes.contains_key(&code), "nobody is closed with {code}");
    }
}

#[test]
fn a_seed_always_makes_the_same_world() {
    for seed in [1, 77, 4_000_000_000] {
        let (once, again) = (run(seed), run(seed));
        assert_eq!(format!("{once:?}"), format!("{again:?}"));
    }
}
