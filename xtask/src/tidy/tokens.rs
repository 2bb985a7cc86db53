//! How rules look at Rust: as tokens with their lines, which neither formatting nor comments can mislead.

use proc_macro2::{Delimiter, Group, TokenTree};

/// How much of a file a rule looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// Without what `#[cfg(test)]` keeps out of the product.
    Product,
}

/// Shows every token of every depth, each together with what follows it in its group.
pub fn walk(tokens: &[TokenTree], scope: Scope, see: &mut dyn FnMut(&[TokenTree])) {
    let mut rest = tokens;
    while let Some((first, later)) = rest.split_first() {
        if scope == Scope::Product
            && let Some(after) = after_test_item(rest)
        {
            rest = after;
            continue;
        }
        see(rest);
        if let TokenTree::Group(group) = first {
            walk(&inside(group), scope, see);
        }
        rest = later;
    }
}

pub fn inside(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

/// The line of a token, from 1.
pub fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

/// The name, when the token is one.
pub fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(name) => Some(name.to_string()),
        _ => None,
    }
}

pub fn is_word(token: Option<&TokenTree>, name: &str) -> bool {
    matches!(token, Some(TokenTree::Ident(found)) if *found == name)
}

pub fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(found)) if found.as_char() == sign)
}

/// The group that a token is, when it has these brackets.
pub fn group(token: Option<&TokenTree>, brackets: Delimiter) -> Option<&Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == brackets => Some(group),
        _ => None,
    }
}

/// What follows a `::`.
pub fn after_colons(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    (is_sign(tokens.first(), ':') && is_sign(tokens.get(1), ':')).then(|| &tokens[2..])
}

/// The inside of the attribute that starts here, `#[…]` or `#![…]`, and what follows it.
pub fn attribute(tokens: &[TokenTree]) -> Option<(Vec<TokenTree>, &[TokenTree])> {
    if !is_sign(tokens.first(), '#') {
        return None;
    }
    let at = if is_sign(tokens.get(1), '!') { 2 } else { 1 };
    let found = group(tokens.get(at), Delimiter::Bracket)?;
    Some((inside(found), &tokens[at + 1..]))
}

/// The names of modules in other files that are compiled for tests only.
pub fn test_modules(tokens: &[TokenTree]) -> Vec<String> {
    let mut names = Vec::new();
    walk(tokens, Scope::Everything, &mut |here| {
        if let Some(name) =
            after_test_attribute(here).and_then(|(_, item)| declared_module(past_visibility(item)))
        {
            names.push(name);
        }
    });
    names
}

/// The name in `mod name;`, without what may stand before it.
pub fn declared_module(tokens: &[TokenTree]) -> Option<String> {
    let named = is_word(tokens.first(), "mod") && is_sign(tokens.get(2), ';');
    if named { word(tokens.get(1)?) } else { None }
}

fn past_visibility(tokens: &[TokenTree]) -> &[TokenTree] {
    let public = usize::from(is_word(tokens.first(), "pub"));
    let within = usize::from(public == 1 && group(tokens.get(1), Delimiter::Parenthesis).is_some());
    &tokens[public + within..]
}

/// What follows an item that `#[cfg(test)]` keeps out of the product, when one starts here.
fn after_test_item(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    let (_, mut rest) = after_test_attribute(tokens)?;
    while let Some((first, later)) = rest.split_first() {
        rest = later;
        if is_sign(Some(first), ';') || group(Some(first), Delimiter::Brace).is_some() {
            break;
        }
    }
    Some(rest)
}

/// The item after `#[cfg(test)]`, or a `cfg` that tests switch on, and its further attributes.
fn after_test_attribute(tokens: &[TokenTree]) -> Option<(Vec<TokenTree>, &[TokenTree])> {
    let (attributes, mut rest) = attribute(tokens)?;
    let condition = group(attributes.get(1), Delimiter::Parenthesis)?;
    if !is_word(attributes.first(), "cfg") || !is_for_tests(&inside(condition)) {
        return None;
    }
    while let Some((_, later)) = attribute(rest) {
        rest = later;
    }
    Some((attributes, rest))
}

/// `test`, or `any(test, …)` or `all(test, …)`.
fn is_for_tests(condition: &[TokenTree]) -> bool {
    is_word(condition.first(), "test")
        || (!is_word(condition.first(), "not")
            && group(condition.get(1), Delimiter::Parenthesis)
                .is_some_and(|group| inside(group).iter().any(|token| is_word(Some(token), "test"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(rust: &str, scope: Scope) -> Vec<String> {
        let tokens: Vec<TokenTree> = rust.parse::<proc_macro2::TokenStream>().unwrap().into_iter().collect();
        let mut words = Vec::new();
        walk(&tokens, scope, &mut |here| words.extend(word(&here[0])));
        words
    }

    #[test]
    fn the_product_is_what_tests_do_not_switch_on() {
        let rust =
            "#[cfg(test)] #[allow(x)] mod tests { fn a() {} } #[cfg(not(test))] mod b; #[cfg(test)] use c; d";
        assert_eq!(words(rust, Scope::Product), ["cfg", "not", "test", "mod", "b", "d"]);
        assert!(words(rust, Scope::Everything).contains(&"a".to_owned()));
    }

    #[test]
    fn comments_and_texts_are_no_words() {
        assert_eq!(words("// a\n/* b */ c \"d\"", Scope::Everything), ["c"]);
    }
}
