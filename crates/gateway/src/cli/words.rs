//! What verbs of the command line have in common: how times are said, and how answers go out.

use std::fs;
use std::io::Read;
use std::path::Path;

use clap::{Arg, ArgAction, ArgMatches};
use jiff::Timestamp;
use vestibule_model::UnixSeconds;

/// A time as people write it: `2026-01-02 03:04:05 UTC`.
pub fn utc(time: UnixSeconds) -> String {
    match Timestamp::from_second(time.0) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("{} s after 1970", time.0),
    }
}

/// The answer as JSON, for programs.
pub fn json_flag() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("The answer as JSON, for programs")
}

/// A text option.
pub fn option(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value).help(help)
}

/// The text that was given for an option.
pub fn text<'a>(matches: &'a ArgMatches, name: &str) -> Option<&'a str> {
    matches.try_get_one::<String>(name).ok().flatten().map(String::as_str)
}

/// The texts that were given for an option that may come again.
pub fn texts<'a>(matches: &'a ArgMatches, name: &str) -> impl Iterator<Item = &'a str> {
    matches.get_many::<String>(name).into_iter().flatten().map(String::as_str)
}

/// The whole of a file.
///
/// # Errors
/// Which file cannot be read, and why.
pub fn read(path: &str) -> Result<String, String> {
    fs::read_to_string(Path::new(path)).map_err(|error| format!("cannot read {path}: {error}"))
}

/// A token as it was given: itself, `@FILE`, or `-` for the standard input.
///
/// # Errors
/// What cannot be read.
pub fn token(given: &str) -> Result<String, String> {
    let text = match (given, given.strip_prefix('@')) {
        ("-", _) => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| format!("cannot read the standard input: {error}"))?;
            text
        }
        (_, Some(path)) => read(path)?,
        (token, None) => token.to_owned(),
    };
    let text = text.trim();
    let without_scheme = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    Ok(without_scheme.map_or(text, |(_, token)| token.trim()).to_owned())
}

/// The argument for a token.
pub fn token_argument() -> Arg {
    Arg::new("token")
        .value_name("TOKEN")
        .required(true)
        .help("The token, @FILE for one in a file, or - for the standard input")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_write_them() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59:59 UTC"),
            (i64::MAX, "9223372036854775807 s after 1970"),
        ] {
            assert_eq!(utc(UnixSeconds(seconds)), text);
        }
    }

    #[test]
    fn a_token_may_be_pasted_with_its_scheme() {
        assert_eq!(token("Bearer a.b.c").as_deref(), Ok("a.b.c"));
        assert_eq!(token(" a.b.c\n").as_deref(), Ok("a.b.c"));
        assert!(token("@/no/such/file").unwrap_err().contains("/no/such/file"));
    }
}
