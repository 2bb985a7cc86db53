//! What a peer is told.

use bytes::{BufMut, Bytes};
use vestibule_model::Moment;

/// A text as JSON.
pub fn quoted(text: &str) -> Bytes {
    let mut json = Vec::with_capacity(text.len() + 2);
    quote(text, &mut json);
    json.into()
}

/// Writes a text as JSON, straight to where it belongs: lists have thousands of them.
fn quote(text: &str, out: &mut Vec<u8>) {
    // A text is always JSON, and memory takes every write.
    let _always = serde_json::to_writer(out, text);
}

fn list<'a>(kind: &str, name: &str, ids: impl IntoIterator<Item = &'a str>) -> Bytes {
    let mut json = format!(r#"{{"type":"{kind}","{name}":["#).into_bytes();
    for (index, id) in ids.into_iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        quote(id, &mut json);
    }
    json.extend_from_slice(b"]}");
    json.into()
}

/// Whom a peer meets when it comes.
pub fn peer_list<'a>(ids: impl IntoIterator<Item = &'a str>) -> Bytes {
    list("peer-list", "peers", ids)
}

/// By whom a consumer is served.
pub fn server_list<'a>(ids: impl IntoIterator<Item = &'a str>) -> Bytes {
    list("server-list", "servers", ids)
}

/// Who is there, for those who want to hear who comes and goes.
pub fn roster<'a>(ids: impl IntoIterator<Item = &'a str>) -> Bytes {
    list("roster", "peers", ids)
}

/// Somebody came.
pub fn joined(id: &str) -> Bytes {
    presence("joined", id)
}

/// Somebody went.
pub fn left(id: &str) -> Bytes {
    presence("left", id)
}

fn presence(kind: &str, id: &str) -> Bytes {
    let mut json = format!(r#"{{"type":"{kind}","peer":"#).into_bytes();
    quote(id, &mut json);
    json.push(b'}');
    json.into()
}

/// What its receiver gets of a message, in pieces: they are put together where the message is framed, and copied once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relayed {
    /// The members of the object but for `from` and `fromRole`.
    pub members: Bytes,
    /// The sender's id as JSON.
    pub from: Bytes,
    /// What the sender is to others.
    pub role: &'static str,
    /// When the message arrived.
    pub arrived: Moment,
}

impl Relayed {
    fn pieces(&self) -> [&[u8]; 7] {
        let Self { members, from, role, .. } = self;
        [b"{", members, br#","from":"#, from, br#","fromRole":""#, role.as_bytes(), b"\"}"]
    }

    /// How long the text is, in bytes.
    pub fn size(&self) -> usize {
        self.pieces().iter().map(|piece| piece.len()).sum()
    }

    /// Appends the text.
    pub fn write(&self, out: &mut impl BufMut) {
        self.pieces().iter().for_each(|piece| out.put_slice(piece));
    }
}

/// The receiver of a message is not there. `to` is the new member for programs; old ones read the sentence.
pub fn not_connected(to: &str) -> Bytes {
    let mut json = br#"{"type":"error","code":"PEER_NOT_FOUND","message":"#.to_vec();
    quote(&format!("Peer {to} is not connected"), &mut json);
    json.extend_from_slice(br#","to":"#);
    quote(to, &mut json);
    json.push(b'}');
    json.into()
}

/// A consumer is refused.
pub fn auth_error(message: &str) -> Bytes {
    format!(r#"{{"type":"auth-err","status":"UNAUTHENTICATED","message":"{message}"}}"#).into()
}

/// The node goes away: the connection is to be made anew.
pub fn reconnect() -> Bytes {
    Bytes::from_static(br#"{"type":"reconnect"}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_who_is_missing_for_people_and_for_programs() {
        let expected = r#"{"type":"error","code":"PEER_NOT_FOUND","message":"Peer gh\"ost is not connected","to":"gh\"ost"}"#;
        assert_eq!(not_connected("gh\"ost"), expected);
    }

    #[test]
    fn an_id_passes_as_it_is_whatever_is_in_it() {
        assert_eq!(joined("a\u{0}\n\"é"), r#"{"type":"joined","peer":"a\u0000\n\"é"}"#);
        assert_eq!(roster(["a", "b\\"]), r#"{"type":"roster","peers":["a","b\\"]}"#);
        assert_eq!(quoted("\u{7f}😀"), "\"\u{7f}😀\"");
    }
}
