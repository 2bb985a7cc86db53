//! Durations and sizes with their units.

use std::time::Duration;

const NANOSECOND: u128 = 1;
const SECOND: u128 = 1_000_000_000;

/// Units of time in nanoseconds, the longest first.
const TIMES: [(&str, u128); 8] = [
    ("d", 86_400 * SECOND),
    ("h", 3_600 * SECOND),
    ("m", 60 * SECOND),
    ("s", SECOND),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("µs", 1_000),
    ("ns", NANOSECOND),
];

/// Units of size in bytes, the largest first.
const SIZES: [(&str, u64); 7] = [
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

/// What a duration looks like, for complaints.
pub const DURATION: &str = "a duration with its unit, such as \"25s\", \"500ms\", \"1h30m\" or \"7d\"";

/// What a size looks like, for complaints.
pub const SIZE: &str = "a size in bytes, or with its unit, such as 65536, \"64KiB\" or \"1MiB\"";

/// Reads one or several numbers with a unit each, as in `1h30m` or `1.5s`. `0` needs no unit.
pub fn duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text;
    let mut sum = 0_u128;
    while !rest.is_empty() {
        let (number, after) = split_at(rest, |c| !c.is_ascii_digit() && c != '.')?;
        let (unit, after) = split_at(after, |c| c.is_ascii_digit()).unwrap_or((after, ""));
        let unit = TIMES.iter().find(|(name, _)| *name == unit)?.1;
        sum = sum.checked_add(times(number, unit)?)?;
        rest = after;
    }
    let seconds = u64::try_from(sum / SECOND).ok()?;
    (!text.is_empty()).then(|| Duration::new(seconds, (sum % SECOND) as u32))
}

/// Reads a number of bytes with or without a unit.
pub fn size(text: &str) -> Option<u64> {
    let (number, unit) = split_at(text, |c| !c.is_ascii_digit()).unwrap_or((text, "B"));
    let unit = SIZES.iter().find(|(name, _)| *name == unit.trim_start())?.1;
    number.parse::<u64>().ok()?.checked_mul(unit)
}

/// Writes a duration as it is read.
pub fn show_duration(duration: Duration) -> String {
    if duration.is_zero() {
        return "0s".into();
    }
    let mut rest = duration.as_nanos();
    let mut text = String::new();
    // Days are read but not written: hours are what everyone expects.
    for (name, unit) in TIMES.into_iter().skip(1) {
        if rest >= unit {
            text.push_str(&format!("{}{name}", rest / unit));
            rest %= unit;
        }
    }
    text
}

/// Writes a size as it is read, in the largest binary unit that holds it exactly.
pub fn show_size(bytes: u64) -> String {
    let exact = |(_, unit): &&(&str, u64)| bytes > 0 && bytes.is_multiple_of(*unit);
    match SIZES[..3].iter().find(exact) {
        Some((name, unit)) => format!("\"{}{name}\"", bytes / unit),
        None => bytes.to_string(),
    }
}

/// What stands before and after the first character that ends the beginning; `None` if either is empty.
fn split_at(text: &str, ends: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let at = text.find(ends).filter(|at| *at > 0)?;
    Some(text.split_at(at))
}

/// A decimal number times a unit, exactly, as far as the unit can be divided.
fn times(number: &str, unit: u128) -> Option<u128> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || decimals.contains('.') || decimals.len() > 18 {
        return None;
    }
    let product = whole.parse::<u128>().ok()?.checked_mul(unit)?;
    if decimals.is_empty() {
        return Some(product);
    }
    let fraction = decimals.parse::<u128>().ok()?.checked_mul(unit)? / 10_u128.pow(decimals.len() as u32);
    product.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_sum_of_numbers_with_units() {
        assert_eq!(duration("25s"), Some(Duration::from_secs(25)));
        assert_eq!(duration("1h30m"), Some(Duration::from_secs(5_400)));
        assert_eq!(duration("1.5s"), Some(Duration::from_millis(1_500)));
        assert_eq!(duration("7d"), Some(Duration::from_secs(604_800)));
        assert_eq!(duration("3µs"), Some(Duration::from_micros(3)));
        assert_eq!(duration("0"), Some(Duration::ZERO));
    }

    #[test]
    fn a_duration_without_a_unit_or_with_a_strange_one_is_none() {
        for text in ["", "25", "s", "25 s", "-1s", "1.s.s", "1.2.3s", ".5s", "3w", "99999999999999999999999d"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for nanos in [0, 1, 999, 1_000_000, 1_500_000_000, 27_000_000_000, 2_592_000_000_000_000] {
            let value = Duration::from_nanos(nanos);
            assert_eq!(duration(&show_duration(value)), Some(value));
        }
        for bytes in [0, 1, 1_000, 1_024, 65_536, 1 << 20, (1 << 30) + 1] {
            assert_eq!(size(show_size(bytes).trim_matches('"')), Some(bytes));
        }
    }

    #[test]
    fn a_size_may_have_a_unit() {
        assert_eq!(size("65536"), Some(65_536));
        assert_eq!(size("64KiB"), Some(65_536));
        assert_eq!(size("64 kB"), Some(64_000));
        for text in ["", "KiB", "64 bytes", "-1", "1.5MiB", "99999999999GiB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
