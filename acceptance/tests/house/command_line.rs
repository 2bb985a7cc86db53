//! The command line, as a person meets it.

use std::fs::OpenOptions;
use std::io;
use std::process::Stdio;

use vestibule_acceptance::{Process, program};

/// Runs the house with these arguments; its exit code and what it said.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let mut house = program::house();
    house.args(arguments);
    let mut process = Process::start(house);
    let code = process.end().code();
    (code, process.said())
}

#[test]
fn help_names_the_verbs() {
    let (code, said) = run(&["--help"]);
    assert_eq!(code, Some(0), "{said}");
    for verb in ["centrifugo", "dev"] {
        assert!(said.contains(verb), "expected {verb} in\n{said}");
    }
}

#[test]
fn the_help_of_the_centrifugo_verb_names_its_flags() {
    let (code, said) = run(&["centrifugo", "--help"]);
    assert_eq!(code, Some(0), "{said}");
    for flag in ["--config", "--client.insecure"] {
        assert!(said.contains(flag), "expected {flag} in\n{said}");
    }
}

#[test]
fn the_version_is_said() {
    let (code, said) = run(&["--version"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("vestibule") && said.contains(char::is_numeric),
        "expected name and version; it said:\n{said}"
    );
}

#[test]
fn a_verb_or_a_flag_that_does_not_exist_is_named() {
    for arguments in [&["knock-knock"][..], &["centrifugo", "--knock-knock"]] {
        let (code, said) = run(arguments);
        assert!(code.is_some_and(|code| code != 0), "{arguments:?} was expected to fail; it said:\n{said}");
        assert!(said.contains("knock-knock"), "expected to be told what is wrong; it said:\n{said}");
    }
}

/// Runs the house with a standard output that takes nothing; its exit code and its standard error.
fn run_into(output: impl Into<Stdio>, arguments: &[&str]) -> (Option<i32>, String) {
    let mut house = program::house();
    let house = house.args(arguments).stdin(Stdio::null()).stdout(output).stderr(Stdio::piped());
    let output = house.spawn().unwrap().wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

const SPEAKERS: [&[&str]; 5] = [
    &["config"],
    &["keygen", "hmac"],
    &["keygen", "ec", "--format", "jwk"],
    &["signal", "keygen"],
    &["token", "inspect", "eyJhbGciOiJIUzI1NiJ9.e30.AAAA"],
];

#[test]
fn what_cannot_be_written_is_a_failure_and_no_panic() {
    for arguments in SPEAKERS {
        let (code, said) = run_into(full(), arguments);
        assert_eq!(code, Some(1), "{arguments:?} said:\n{said}");
        assert!(
            said.starts_with("error: cannot write to the standard output: "),
            "{arguments:?} said:\n{said}"
        );
        assert_eq!(said.lines().count(), 1, "{arguments:?} said:\n{said}");
    }
}

#[test]
fn whoever_closes_the_pipe_is_told_nothing_more() {
    for arguments in SPEAKERS {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let (code, said) = run_into(writer, arguments);
        assert_eq!((code, said.as_str()), (Some(1), ""), "{arguments:?}");
    }
}

#[test]
fn a_complaint_that_cannot_be_written_leaves_its_exit_code() {
    let mut house = program::house();
    house.args(["token", "inspect", "nonsense"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(full());
    assert_eq!(house.status().unwrap().code(), Some(2));
}
