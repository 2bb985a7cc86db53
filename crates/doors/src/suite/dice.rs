//! Where chance comes from.

/// A source of choices: endless from a seed, or as long as the bytes of a fuzzer last.
#[derive(Debug)]
pub enum Dice<'d> {
    /// Splitmix64.
    Seed(u64),
    /// One byte, or a few, for each choice.
    Bytes(&'d [u8]),
}

impl Dice<'_> {
    /// A random number; `None` when the bytes are used up.
    pub fn roll(&mut self) -> Option<u64> {
        match self {
            Self::Seed(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = *state;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                Some(z ^ (z >> 31))
            }
            Self::Bytes(bytes) => {
                let (first, rest) = bytes.split_first()?;
                *bytes = rest;
                Some(u64::from(*first))
            }
        }
    }

    /// One of `sides` numbers from 0; 0 when there are no more choices.
    pub fn pick(&mut self, sides: usize) -> usize {
        let sides = u64::try_from(sides.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.roll().unwrap_or(0) % sides).unwrap_or(0)
    }

    /// True once in `sides` times.
    pub fn once_in(&mut self, sides: usize) -> bool {
        self.pick(sides) == 0
    }

    /// Some bytes, at most `longest`.
    pub fn bytes(&mut self, longest: usize) -> Vec<u8> {
        let length = self.pick(longest + 1);
        (0..length).map_while(|_| self.roll()).map(|roll| roll.to_le_bytes()[0]).collect()
    }
}
