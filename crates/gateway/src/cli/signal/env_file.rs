//! A `.env` file, as `node --env-file` takes it: lines of `NAME=value`, comments and blank lines.
//!
//! A value goes to the end of its line or to a `#`, without the white space around it. In quotes (`"`, `'` or a backtick)
//! it is what stands between them, over several lines if need be, and in double quotes `\n` is a line feed. Nothing
//! else means anything: a `$` is a dollar and a backslash is one.
//!
//! Node passes over what it cannot read. Here that is a fault: a setting that nobody reads may be the one that shuts the
//! door. The usual crate for such files, dotenvy, puts in variables for a `$` and takes no value with a space in it.

use std::fmt;

/// White space within a line.
const BLANKS: [char; 2] = [' ', '\t'];

/// Something that is neither an assignment nor a comment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The line, from 1.
    line: usize,
    what: &'static str,
}

/// The variables, in their order. Of two with one name the later one counts.
///
/// # Errors
/// Everything that is none.
pub(super) fn read(text: &str) -> Result<Vec<(String, String)>, Vec<Fault>> {
    // Some editors write a mark before everything, and a return before each line feed.
    let text = text.trim_start_matches('\u{feff}').replace('\r', "");
    let (mut rest, mut line) = (text.as_str(), 1);
    let (mut variables, mut faults) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (read, after) = statement(rest);
        match read {
            Ok(variable) => variables.extend(variable),
            Err(what) => faults.push(Fault { line, what }),
        }
        line += rest[..rest.len() - after.len()].matches('\n').count();
        rest = after;
    }
    if faults.is_empty() { Ok(variables) } else { Err(faults) }
}

type Statement = Result<Option<(String, String)>, &'static str>;

/// What stands at the beginning, and what comes behind its last line.
fn statement(text: &str) -> (Statement, &str) {
    let (line, after) = text.split_once('\n').unwrap_or((text, ""));
    if says_nothing(line) {
        return (Ok(None), after);
    }
    let Some((name, value)) = line.split_once('=') else {
        return (Err("is no assignment (NAME=value) and no comment (#)"), after);
    };
    let Some(name) = variable_name(name) else {
        return (Err("no name of a variable stands before the ="), after);
    };
    let value = value.trim_start_matches(BLANKS);
    let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'' | '`')) else {
        let value = value.split('#').next().unwrap_or_default().trim_end_matches(BLANKS);
        return (Ok(Some((name, value.to_owned()))), after);
    };
    // Quoted, it may go beyond the line.
    let quoted = &text[line.len() - value.len() + 1..];
    let Some((value, behind)) = quoted.split_once(quote) else {
        return (Err("a quote is opened here and never closed"), after);
    };
    let (behind, after) = behind.split_once('\n').unwrap_or((behind, ""));
    if !says_nothing(behind) {
        return (Err("behind the closing quote something comes that is no comment"), after);
    }
    let value = if quote == '"' { value.replace("\\n", "\n") } else { value.to_owned() };
    (Ok(Some((name, value))), after)
}

fn says_nothing(text: &str) -> bool {
    let text = text.trim_start_matches(BLANKS);
    text.is_empty() || text.starts_with('#')
}

/// The name, before which `export` may stand, for shells.
fn variable_name(text: &str) -> Option<String> {
    let text = text.trim_matches(BLANKS);
    let name = text.strip_prefix("export").filter(|rest| rest.starts_with(BLANKS)).unwrap_or(text);
    let name = name.trim_start_matches(BLANKS);
    // What no shell would take as a name, other programs do.
    let is_foreign = |char: char| char.is_whitespace() || matches!(char, '#' | '"' | '\'' | '`');
    (!name.is_empty() && !name.contains(is_foreign)).then(|| name.to_owned())
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn value(text: &str) -> String {
        let variables = read(text).unwrap_or_else(|faults| panic!("{text:?}: {faults:?}"));
        variables.into_iter().next_back().expect("a variable").1
    }

    fn lines_at_fault(text: &str) -> Vec<usize> {
        read(text).expect_err("it has faults").iter().map(|fault| fault.line).collect()
    }

    #[test]
    fn a_value_is_what_node_makes_of_it() {
        for (text, expected) in [
            ("A=b", "b"),
            ("A=", ""),
            ("  A \t=\t b c \t", "b c"),
            ("A=https://app.example, https://www.example", "https://app.example, https://www.example"),
            ("A=correct horse battery staple", "correct horse battery staple"),
            ("A=pa$word", "pa$word"),
            ("A=\"pa$word ${HOME}\"", "pa$word ${HOME}"),
            (r"A=abc\def\n", r"abc\def\n"),
            ("A=it's", "it's"),
            ("A=b=c==", "b=c=="),
            ("A=b # a comment", "b"),
            ("A=b#c", "b"),
            ("A=#b", ""),
            ("A=' b # c '", " b # c "),
            ("A=\"b\" # a comment", "b"),
            ("A=`\"it's\"`", "\"it's\""),
            (r#"A="b\nc""#, "b\nc"),
            (r"A='b\nc'", r"b\nc"),
            ("A=\"b\nc\"\n", "b\nc"),
            ("export A=b", "b"),
            ("export\tA=b", "b"),
            ("A=1\r\nA=2\r\n", "2"),
            ("\u{feff}A=b", "b"),
            ("my.app-name=b", "b"),
        ] {
            assert_eq!(value(text), expected, "{text:?}");
        }
        assert_eq!(read("\n# A=1\n   # B=2\n\n"), Ok(Vec::new()));
        assert_eq!(read("exported=1"), Ok(vec![("exported".into(), "1".into())]));
    }

    #[test]
    fn whatever_else_stands_there_is_a_fault_with_its_line() {
        for (text, lines) in [
            ("A=1\nnonsense\nB=2", &[2][..]),
            ("\n\n✓ A pair of keys\n=1\n1A=2\nA B=3\nexport=\u{a0}\nmy.name=4", &[3, 4, 6]),
            ("A='it's-mine'\nB=1", &[1]),
            ("A=\"b\" c", &[1]),
            ("A=\"b\nB=1\n", &[1]),
            ("A='1\n2\n3'\nno", &[4]),
        ] {
            assert_eq!(lines_at_fault(text), lines, "{text:?}");
        }
        let said = read("A='never closed").unwrap_err()[0].to_string();
        assert_eq!(said, "line 1: a quote is opened here and never closed");
    }

    proptest! {
        #[test]
        fn a_value_without_quotes_and_comments_is_taken_to_the_letter(text in "[^\\s\"'`#\r\n]([^#\r\n]*[^\\s#])?") {
            prop_assume!(text.trim_matches(BLANKS) == text);
            prop_assert_eq!(value(&format!("A={text}\n")), text);
        }

        #[test]
        fn a_value_in_quotes_is_taken_to_the_letter(text in "[^'\r]*", before in "[ \t]*") {
            prop_assert_eq!(value(&format!("B=1\nA={before}'{text}' # and a comment")), text);
        }

        #[test]
        fn no_line_is_passed_over(lines in prop::collection::vec("[ -~]{0,12}", 0..12)) {
            // Without quotes, by which a value may have several lines.
            let lines: Vec<_> = lines.iter().map(|line| line.replace(['"', '\'', '`'], "")).collect();
            let count = |text: &str| match read(text) {
                Ok(variables) => variables.len(),
                Err(faults) => faults.len(),
            };
            let all = lines.iter().filter(|line| !says_nothing(line)).count();
            let faulty = lines.iter().filter(|line| read(line).is_err()).count();
            prop_assert_eq!(count(&lines.join("\n")), if faulty == 0 { all } else { faulty });
        }

        #[test]
        fn a_fault_names_a_line_that_is_there(text in "(?s).*") {
            if let Err(faults) = read(&text) {
                let lines = text.split('\n').count();
                prop_assert!(!faults.is_empty() && faults.iter().all(|fault| (1..=lines).contains(&fault.line)));
            }
        }
    }
}
