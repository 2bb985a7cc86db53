//! Everything that must hold before a change lands, step by step.
//!
//! - [`steps`]: the steps;
//! - [`demo`]: the house as a developer starts it, for the browsers.

mod demo;
mod steps;

use std::time::{Duration, Instant};

use crate::house::House;
use steps::{STEPS, Step};

/// How a step ended that did not fail.
pub enum Done {
    Checked,
    /// What it checks could not be had here, and why that is no failure of this repository.
    NotChecked(String),
}

/// Runs the steps in their order and stops at the first that fails.
///
/// A step that could not check anything is said at the end; it is a failure when it was asked for by name.
pub fn run(house: &House, options: &[&str]) -> Result<(), String> {
    let Some(chosen) = chosen(options)? else {
        STEPS.iter().for_each(|step| println!("{:14} {}", step.name, step.about));
        return Ok(());
    };
    let asked_for = chosen.len() < STEPS.len();
    let mut summary = Vec::new();
    for (at, step) in chosen.iter().enumerate() {
        println!("\n=== {}/{} {}: {}", at + 1, chosen.len(), step.name, step.about);
        let start = now();
        let result = (step.run)(house);
        let took = now().duration_since(start);
        let remark = match result {
            Ok(Done::Checked) => String::new(),
            Ok(Done::NotChecked(why)) if !asked_for => format!("  NOT CHECKED: {why}"),
            Ok(Done::NotChecked(why)) | Err(why) => return Err(failure(&summary, step, took, &why)),
        };
        println!("=== {} done in {}{remark}", step.name, seconds(took));
        summary.push(format!("{:14} {:>8}{remark}", step.name, seconds(took)));
    }
    println!("\n{}\ntest: all {} steps passed", summary.join("\n"), chosen.len());
    Ok(())
}

/// The steps to run; none when they are only to be listed.
fn chosen(options: &[&str]) -> Result<Option<Vec<&'static Step>>, String> {
    let mut names = Vec::new();
    let mut rest = options;
    loop {
        match rest {
            [] => break,
            ["--list"] => return Ok(None),
            ["--only", name, later @ ..] if STEPS.iter().any(|step| step.name == *name) => {
                names.push(*name);
                rest = later;
            }
            ["--only", name, ..] => {
                return Err(format!("there is no step `{name}`; see `cargo xtask test --list`"));
            }
            _ => return Err(format!("`{}` is not understood; see `cargo xtask`", rest.join(" "))),
        }
    }
    Ok(Some(STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name)).collect()))
}

fn failure(passed: &[String], step: &Step, took: Duration, why: &str) -> String {
    let passed = passed.join("\n");
    let name = step.name;
    let again = format!("again, alone: cargo xtask test --only {name}");
    format!("\n{passed}\n{name:14} {:>8}  FAILED\n\ntest: {name}: {why}\n{again}", seconds(took))
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long a step took is told to a person, and decides nothing"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(options: &[&str]) -> Vec<&'static str> {
        chosen(options).unwrap().unwrap().iter().map(|step| step.name).collect()
    }

    #[test]
    fn without_a_wish_every_step_is_run() {
        assert_eq!(names(&[]).len(), STEPS.len());
    }

    #[test]
    fn wishes_are_run_in_the_order_of_the_steps() {
        assert_eq!(names(&["--only", "tidy", "--only", "fmt"]), ["fmt", "tidy"]);
    }

    #[test]
    fn an_unknown_step_or_option_is_an_error_and_not_an_empty_run() {
        for wrong in [&["--only", "nothing"][..], &["--only"], &["--fast"], &["fmt"]] {
            assert!(chosen(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_failure_names_the_step_and_how_to_repeat_it() {
        let text = failure(&["fmt 1 s".to_owned()], &STEPS[2], Duration::from_millis(1_500), "`x` ended");
        assert!(text.contains(&format!("test: {}: `x` ended", STEPS[2].name)), "{text}");
        assert!(text.ends_with(&format!("cargo xtask test --only {}", STEPS[2].name)), "{text}");
    }
}
