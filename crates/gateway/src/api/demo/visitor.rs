//! Who visits the demo: a made-up user, whose name follows from the id.

use std::ops::RangeInclusive;

/// How visitors' ids begin, so that a visitor is never mistaken for a user of an application.
const PREFIX: &str = "guest-";

/// How many characters follow.
const LENGTH: RangeInclusive<usize> = 4..=16;

const DIGITS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";

/// Words to which the page knows the colour.
const COLOURS: [&str; 30] = [
    "Amber", "Apricot", "Azure", "Bronze", "Cherry", "Cobalt", "Copper", "Coral", "Crimson", "Cyan",
    "Emerald", "Fuchsia", "Golden", "Honey", "Indigo", "Jade", "Lavender", "Lilac", "Lime", "Magenta",
    "Mint", "Olive", "Plum", "Ruby", "Saffron", "Sapphire", "Scarlet", "Sienna", "Teal", "Violet",
];

const ANIMALS: [&str; 31] = [
    "Badger", "Beaver", "Bison", "Crane", "Curlew", "Dolphin", "Falcon", "Ferret", "Finch", "Fox", "Gecko",
    "Hare", "Heron", "Ibis", "Jackdaw", "Kestrel", "Koala", "Lemur", "Lynx", "Marten", "Newt", "Ocelot",
    "Otter", "Panda", "Puffin", "Quail", "Raven", "Seal", "Swift", "Tapir", "Wombat",
];

/// A visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visitor {
    user: String,
}

impl Visitor {
    /// A new visitor, made of 64 random bits.
    pub fn new(bits: u64) -> Self {
        let mut rest = bits;
        let letters = (0..8).map(|_| {
            let digit = DIGITS[usize::try_from(rest % 36).unwrap_or_default()];
            rest /= 36;
            char::from(digit)
        });
        Self { user: PREFIX.chars().chain(letters).collect() }
    }

    /// One who was here before; `None` for what is not a visitor's id.
    pub fn known(user: String) -> Option<Self> {
        let letters = user.strip_prefix(PREFIX)?.as_bytes();
        let is_one = LENGTH.contains(&letters.len()) && letters.iter().all(|letter| DIGITS.contains(letter));
        is_one.then_some(Self { user })
    }

    /// The user id.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// A colour and an animal, always the same for the same id.
    pub fn name(&self) -> String {
        // FNV-1a: simple, and the same on every machine and in every release.
        let hash = self.user.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let pick = |words: &[&'static str], from: u64| words[(from % words.len() as u64) as usize];
        format!("{} {}", pick(&COLOURS, hash >> 32), pick(&ANIMALS, hash & 0xffff_ffff))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(user: &str) -> Option<Visitor> {
        Visitor::known(user.to_owned())
    }

    #[test]
    fn a_new_visitor_is_known_when_he_comes_again() {
        for bits in [0, 1, 0x1234_5678_9abc_def0, u64::MAX] {
            let visitor = Visitor::new(bits);
            assert_eq!(known(visitor.user()), Some(visitor));
        }
    }

    #[test]
    fn only_ids_of_the_shape_that_is_made_here_are_visitors() {
        assert!(known("guest-abc1").is_some() && known("guest-0123456789abcdef").is_some());
        for user in [
            "",
            "42",
            "guest-",
            "guest-abc",
            "guest-0123456789abcdefg",
            "guest-ABCD",
            "guest-ab_d",
            "Guest-abcd",
            "admin-abcd",
            "guest-abcd\n",
        ] {
            assert_eq!(known(user), None, "{user:?}");
        }
    }

    #[test]
    fn the_same_visitor_always_has_the_same_name() {
        assert_eq!(known("guest-abcd").unwrap().name(), known("guest-abcd").unwrap().name());
        assert_ne!(known("guest-abcd").unwrap().name(), known("guest-abce").unwrap().name());
    }

    #[test]
    fn the_page_knows_every_colour() {
        let page = include_str!("../../../../../web/src/colour.ts");
        for colour in COLOURS {
            assert!(page.contains(&format!(" {}: ", colour.to_lowercase())), "{colour}");
        }
    }
}
