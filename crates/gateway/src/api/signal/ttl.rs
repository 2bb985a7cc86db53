//! How lifetimes of tokens are written: one number and one unit, as in `30m`, `24h` or `7 days from now`.

use std::fmt;

/// Why a text is no lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TtlFault {
    /// Not a number and a unit.
    Form,
    /// It lies in the past, or is no time at all.
    NotPositive,
    /// Longer than a token may live, in seconds.
    TooLong(u64),
}

/// Reads a lifetime in seconds, which is at most `longest`.
///
/// The number may have a fraction and a sign; the unit is a word for seconds, minutes, hours, days, weeks or years (of
/// 365.25 days), in any case. One space may stand in each place. There are no months: `1M` is a minute.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str, longest: u64) -> Result<u64, TtlFault> {
    let text = text.strip_prefix(' ').unwrap_or(text).to_ascii_lowercase();
    let (sign, rest) = match text.as_bytes().first() {
        Some(b'+') => (Some(1.0), &text[1..]),
        Some(b'-') => (Some(-1.0), &text[1..]),
        _ => (None, &*text),
    };
    let rest = if sign.is_some() { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
    let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or(TtlFault::Form)?;
    let (number, rest) = rest.split_at(digits);
    let number = number_of(number).ok_or(TtlFault::Form)?;
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let (unit, suffix) = match (rest.strip_suffix(" ago"), rest.strip_suffix(" from now")) {
        (Some(unit), _) => (unit, Some(-1.0)),
        (_, Some(unit)) => (unit, Some(1.0)),
        (None, None) => (rest, None),
    };
    if sign.is_some() && suffix.is_some() {
        return Err(TtlFault::Form);
    }
    let seconds = number * unit_of(unit).ok_or(TtlFault::Form)? * sign.or(suffix).unwrap_or(1.0);
    whole(seconds.round(), longest)
}

/// Digits, or digits around a point.
fn number_of(text: &str) -> Option<f64> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let good = match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(text),
    };
    good.then(|| text.parse().ok()).flatten()
}

fn unit_of(word: &str) -> Option<f64> {
    Some(match word {
        "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600.0,
        "d" | "day" | "days" => 86_400.0,
        "w" | "week" | "weeks" => 604_800.0,
        "y" | "yr" | "yrs" | "year" | "years" => 31_557_600.0,
        _ => return None,
    })
}

fn whole(seconds: f64, longest: u64) -> Result<u64, TtlFault> {
    if seconds < 1.0 {
        return Err(TtlFault::NotPositive);
    }
    #[expect(clippy::cast_precision_loss, reason = "a bound of centuries is exact enough")]
    if seconds > longest as f64 {
        return Err(TtlFault::TooLong(longest));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies within the bounds")]
    Ok(seconds as u64)
}

impl fmt::Display for TtlFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("ttl must be a number and a unit, such as 30m, 1h or 7d"),
            Self::NotPositive => f.write_str("ttl must be longer than nothing"),
            Self::TooLong(longest) => write!(f, "ttl must be at most {longest} seconds"),
        }
    }
}

impl std::error::Error for TtlFault {}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: u64 = 31_557_600;

    #[test]
    fn a_number_and_a_unit_are_a_lifetime_in_many_spellings() {
        for (text, seconds) in [
            ("30m", 1_800),
            ("1h", 3_600),
            ("24h", 86_400),
            ("7d", 604_800),
            ("1M", 60),
            ("1.5 hours", 5_400),
            ("+2 weeks", 1_209_600),
            (" 90 Secs", 90),
            ("1 day from now", 86_400),
            ("1 YR", 31_557_600),
            ("0.6s", 1),
        ] {
            assert_eq!(parse(text, YEAR), Ok(seconds), "{text:?}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_reason() {
        for text in [
            "",
            "abc",
            "3600",
            "1h30m",
            "1month",
            ".5h",
            "1e3s",
            "1,5h",
            "1h ",
            "1  h",
            "+1h from now",
            "ms",
            "1 m ago x",
        ] {
            assert_eq!(parse(text, YEAR), Err(TtlFault::Form), "{text:?}");
        }
        for text in ["-1h", "1h ago", "0s", "0.4s"] {
            assert_eq!(parse(text, YEAR), Err(TtlFault::NotPositive), "{text:?}");
        }
        assert_eq!(parse("9999999999999d", YEAR), Err(TtlFault::TooLong(YEAR)));
        assert_eq!(parse("61s", 60), Err(TtlFault::TooLong(60)));
    }
}
