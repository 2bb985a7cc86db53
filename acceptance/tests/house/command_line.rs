//! The command line, as a person meets it.

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
