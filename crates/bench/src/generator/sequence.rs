//! The proof that a receiver got every publication once and in order.

use std::fmt;

/// Follows the numbers of the publications that one receiver gets: 1, 2, 3, …
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    seen: u64,
}

/// What was wrong with a delivery. Any of these voids the round.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Breach {
    /// A later publication came first: those between were lost, or will come out of order.
    Skipped {
        /// The number that was due.
        due: u64,
        /// The number that came.
        came: u64,
    },
    /// A publication came a second time, or after a later one.
    Repeated {
        /// The number that was due.
        due: u64,
        /// The number that came.
        came: u64,
    },
}

impl Sequence {
    /// Takes note of the publication `came`.
    pub(crate) fn observe(&mut self, came: u64) -> Result<(), Breach> {
        let due = self.seen + 1;
        match came {
            _ if came == due => {
                self.seen = due;
                Ok(())
            }
            _ if came > due => Err(Breach::Skipped { due, came }),
            _ => Err(Breach::Repeated { due, came }),
        }
    }

    /// The number of the last publication that came; it is also how many came.
    pub(crate) fn seen(&self) -> u64 {
        self.seen
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skipped { due, came } => {
                write!(f, "publication {came} came where {due} was due: lost or out of order")
            }
            Self::Repeated { due, came } => {
                write!(f, "publication {came} came again where {due} was due: doubled or out of order")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_breach(numbers: &[u64]) -> Option<Breach> {
        let mut sequence = Sequence::default();
        numbers.iter().find_map(|number| sequence.observe(*number).err())
    }

    #[test]
    fn every_publication_once_and_in_order_is_no_breach() {
        assert_eq!(first_breach(&[1, 2, 3, 4]), None);
    }

    #[test]
    fn a_lost_publication_is_a_breach() {
        assert_eq!(first_breach(&[1, 2, 4]), Some(Breach::Skipped { due: 3, came: 4 }));
    }

    #[test]
    fn a_lost_first_publication_is_a_breach() {
        assert_eq!(first_breach(&[2]), Some(Breach::Skipped { due: 1, came: 2 }));
    }

    #[test]
    fn a_lost_last_publication_shows_in_the_count() {
        let mut sequence = Sequence::default();
        sequence.observe(1).unwrap();
        assert_eq!(sequence.seen(), 1);
    }

    #[test]
    fn a_doubled_publication_is_a_breach() {
        assert_eq!(first_breach(&[1, 2, 2]), Some(Breach::Repeated { due: 3, came: 2 }));
    }

    #[test]
    fn two_swapped_publications_are_a_breach() {
        assert_eq!(first_breach(&[1, 3, 2]), Some(Breach::Skipped { due: 2, came: 3 }));
    }
}
