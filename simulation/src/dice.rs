//! Where chance comes from.

use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};

/// Dice that fall the same way for the same seed.
#[derive(Debug)]
pub struct Dice(SmallRng);

impl Dice {
    /// The dice of that seed.
    pub fn new(seed: u64) -> Self {
        Self(SmallRng::seed_from_u64(seed))
    }

    /// Other dice, which fall on their own.
    pub fn fork(&mut self) -> Self {
        Self::new(self.0.next_u64())
    }

    /// The source itself, for those who draw by themselves.
    pub fn source(&mut self) -> &mut impl Rng {
        &mut self.0
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `count`, which is above 0.
    pub fn pick(&mut self, count: usize) -> usize {
        self.0.random_range(0..count)
    }

    /// One of several.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.pick(all.len())]
    }

    /// True once in `times` times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.pick(times) == 0
    }

    /// A time from `least` to `most` milliseconds.
    pub fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.0.random_range(least..=most))
    }

    /// Sixteen random bytes.
    pub fn bytes(&mut self) -> [u8; 16] {
        self.0.random()
    }
}
