//! The query of the request that opened a connection.

use std::borrow::Cow;

use crate::contract::Token;

/// What the query says. Of a parameter that comes again the first counts.
#[derive(Debug, Default)]
pub(super) struct Hello {
    pub(super) token: Option<Token>,
    pub(super) room: Option<Box<str>>,
    pub(super) node_id: Option<Box<str>>,
}

impl Hello {
    pub(super) fn read(query: &[u8]) -> Self {
        let mut hello = Self::default();
        for pair in query.split(|byte| *byte == b'&') {
            let (name, value) = match pair.iter().position(|byte| *byte == b'=') {
                Some(at) => (&pair[..at], &pair[at + 1..]),
                None => (pair, &[][..]),
            };
            let value = || decoded(value).into_owned().into_boxed_str();
            match &*decoded(name) {
                "token" if hello.token.is_none() => hello.token = Some(Token(value())),
                "room" if hello.room.is_none() => hello.room = Some(value()),
                "nodeId" if hello.node_id.is_none() => hello.node_id = Some(value()),
                _ => {}
            }
        }
        hello
    }
}

/// A part of a query: `+` is a space, and `%` begins a byte; bytes that are no text become replacement characters.
fn decoded(part: &[u8]) -> Cow<'_, str> {
    if !part.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return String::from_utf8_lossy(part);
    }
    let digit = |at: usize| part.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(part.len());
    let mut at = 0;
    while let Some(byte) = part.get(at) {
        at += 1;
        match (byte, digit(at), digit(at + 1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 2;
            }
            (b'+', ..) => bytes.push(b' '),
            (other, ..) => bytes.push(*other),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_each_parameter_counts_and_is_decoded() {
        let hello = Hello::read(b"room=my+room%21&nodeId=%C3%A4&room=other&token=a.b.c&x=y");
        assert_eq!(hello.room.as_deref(), Some("my room!"));
        assert_eq!(hello.node_id.as_deref(), Some("ä"));
        assert_eq!(hello.token, Some(Token("a.b.c".into())));
    }

    #[test]
    fn what_is_not_there_is_not_the_same_as_what_is_empty() {
        let hello = Hello::read(b"nodeId=");
        assert_eq!((hello.node_id.as_deref(), hello.room), (Some(""), None));
        assert_eq!(Hello::read(b"").node_id, None);
        assert_eq!(Hello::read(b"nodeId=%zz%").node_id.as_deref(), Some("%zz%"));
    }
}
