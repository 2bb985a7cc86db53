//! Configurations as operators write them: what they come to, and what is said when they are wrong.

mod centrifugo;
mod complaints;
mod document;
mod foreign;
mod own;
mod suites;

use vestibule::config::{Plan, Refused, Sources};

/// Sources with variables and flags, but without a file.
fn sources(variables: &[(&str, &str)], flags: &[(&str, &str)]) -> Sources {
    let owned = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
    };
    Sources { variables: owned(variables), flags: owned(flags), ..Sources::default() }
}

/// Our own configuration.
fn own(text: &str) -> Result<Plan, Refused> {
    vestibule::config::own::parse(text, &Sources::default())
}

/// A configuration of Centrifugo.
fn centrifugo(text: &str) -> Result<Plan, Refused> {
    vestibule::config::centrifugo::parse(text, &Sources::default())
}

/// What is wrong, a line each.
fn wrong(result: Result<Plan, Refused>) -> Vec<String> {
    let refused = result.expect_err("something is wrong");
    refused.to_string().lines().map(Into::into).collect()
}
