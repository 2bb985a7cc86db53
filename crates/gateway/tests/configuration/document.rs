//! The document says what the program does.

use vestibule::config::own::print;

use crate::own;

const DOCUMENT: &str = include_str!("../../../../docs/configuration.md");

/// The blocks of the document in that language.
fn blocks(language: &str) -> Vec<&'static str> {
    let begin = format!("```{language}\n");
    DOCUMENT.split(&begin).skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn the_document_lists_every_key_as_the_program_prints_it() {
    let printed = blocks("toml").pop().expect("the last block holds every key");
    assert!(
        printed == print::defaults(),
        "put the output of `vestibule config` into the last block of the document"
    );
}

#[test]
fn the_examples_of_the_document_work() {
    let (_, examples) = blocks("toml").split_last().map(|(last, rest)| (*last, rest.to_vec())).unwrap();
    assert!(!examples.is_empty());
    for example in examples {
        own(example).unwrap_or_else(|refused| panic!("{refused}\n{example}"));
    }
}
