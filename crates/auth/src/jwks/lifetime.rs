//! How long an answer says that it is good.

use std::time::Duration;

/// What a `Cache-Control` header says: `no-cache` and `no-store` are a lifetime of nothing, and without `max-age` it
/// says nothing. What is no number says nothing either: then the realm's own interval holds.
pub fn lifetime(cache_control: &str) -> Option<Duration> {
    let mut lifetime = None;
    for directive in cache_control.split(',').map(str::trim) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        if ["no-cache", "no-store"].iter().any(|none| name.eq_ignore_ascii_case(none)) {
            return Some(Duration::ZERO);
        }
        if name.eq_ignore_ascii_case("max-age") {
            lifetime = seconds(value.trim_matches('"'));
        }
    }
    lifetime
}

fn seconds(digits: &str) -> Option<Duration> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    Some(Duration::from_secs(digits.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn max_age_is_found_among_the_others() {
        for header in
            ["max-age=600", "public, max-age=600", "Public,MAX-AGE=600 , must-revalidate", "max-age=\"600\""]
        {
            assert_eq!(lifetime(header), Some(Duration::from_secs(600)), "{header}");
        }
    }

    #[test]
    fn no_cache_wins_over_everything() {
        for header in ["no-cache", "No-Store", "max-age=600, no-cache", "no-cache=\"set-cookie\", max-age=5"]
        {
            assert_eq!(lifetime(header), Some(Duration::ZERO), "{header}");
        }
    }

    #[test]
    fn what_is_no_number_says_nothing_and_a_huge_one_is_huge() {
        for header in
            ["", "public", "max-age", "max-age=", "max-age=-1", "max-age=1.5", "s-maxage=600", "max-age=+1"]
        {
            assert_eq!(lifetime(header), None, "{header}");
        }
        assert_eq!(lifetime(&format!("max-age={}", "9".repeat(40))), Some(Duration::from_secs(u64::MAX)));
    }
}
