//! What peers say and hear: one JSON object a message.

use std::borrow::Cow;
use std::fmt::{self, Write};

use bytes::{BufMut, Bytes};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use vestibule_model::Moment;

use crate::room::Receiver;

/// A message of a peer.
#[derive(Debug)]
pub enum Heard<'a> {
    /// What the peer is.
    Register(Box<Register<'a>>),
    /// How it is doing.
    Heartbeat(Heartbeat),
    /// Something for another peer.
    Signal(Signal),
    /// An object of another type, which old servers pass over.
    Other,
}

/// What a peer says about itself.
#[derive(Debug, Default, PartialEq)]
pub struct Register<'a> {
    /// Its id, for those who could not put it into the address.
    pub node_id: Option<Cow<'a, str>>,
    /// It said that it is a peer.
    pub declared: bool,
    /// It is a consumer.
    pub consumer: bool,
    /// It serves consumers.
    pub serves: bool,
    /// How many sessions it takes.
    pub capacity: Option<f64>,
    /// The token of a consumer.
    pub token: Option<Cow<'a, str>>,
    /// It wants to hear who comes and goes.
    pub presence: bool,
}

/// How a peer is doing.
#[derive(Debug, Default, PartialEq)]
pub struct Heartbeat {
    /// How many sessions it has.
    pub sessions: Option<f64>,
    /// Whether it serves consumers.
    pub serves: Option<bool>,
    /// How many sessions it takes.
    pub capacity: Option<f64>,
}

/// Something for another peer.
#[derive(Debug, PartialEq)]
pub struct Signal {
    /// For whom.
    pub to: Receiver,
    /// Whether it is an offer.
    pub is_offer: bool,
    /// What the receiver gets, but for `from` and `fromRole`.
    pub members: Bytes,
}

/// The members of an object, in their order, each as it was written.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// Reads a message; `None` when it is no JSON object.
pub fn read(message: &[u8]) -> Option<Heard<'_>> {
    let members: Members<'_> = serde_json::from_slice(message).ok()?;
    let kind = members.text("type");
    Some(match kind.as_deref() {
        Some("register") => Heard::Register(Box::new(register(&members))),
        Some("heartbeat") => Heard::Heartbeat(heartbeat(&members)),
        Some(kind @ ("offer" | "answer" | "ice-candidate")) => Heard::Signal(Signal {
            to: receiver(members.get("to")),
            is_offer: kind == "offer",
            members: without_sender(&members),
        }),
        _ => Heard::Other,
    })
}

fn register<'a>(members: &Members<'a>) -> Register<'a> {
    let role = members.text("role");
    Register {
        node_id: members.text("nodeId"),
        declared: role.as_deref() == Some("normal"),
        consumer: role.as_deref() == Some("consumer"),
        serves: members.get("serveConsumers").is_none_or(|raw| raw == "true"),
        capacity: members.amount("capacity"),
        token: members.text("token").filter(|token| !token.is_empty()),
        presence: members.get("presence") == Some("true"),
    }
}

fn heartbeat(members: &Members<'_>) -> Heartbeat {
    #[derive(Deserialize)]
    struct Load<'a> {
        #[serde(borrow)]
        sessions: Option<&'a RawValue>,
    }
    let load = members.get("load").and_then(|raw| serde_json::from_str::<Load<'_>>(raw).ok());
    Heartbeat {
        sessions: load.and_then(|load| amount(load.sessions?.get())),
        serves: members.get("serveConsumers").map(|raw| raw == "true"),
        capacity: members.amount("capacity"),
    }
}

/// The whole object but for who sent it: that is not the sender's to say.
fn without_sender(members: &Members<'_>) -> Bytes {
    let mut text = String::with_capacity(256);
    for (name, value) in &members.0 {
        if !matches!(&**name, "from" | "fromRole") {
            if !text.is_empty() {
                text.push(',');
            }
            quote(name, &mut text);
            text.push(':');
            text.push_str(value.get());
        }
    }
    text.into()
}

/// What is no id is named in the answer as JavaScript would write it.
fn receiver(raw: Option<&str>) -> Receiver {
    let Some(raw) = raw else { return Receiver::Nobody("undefined".into()) };
    match serde_json::from_str::<serde_json::Value>(raw) {
        Ok(serde_json::Value::String(id)) => Receiver::Id(id.into()),
        Ok(value) => Receiver::Nobody(in_javascript(&value).into()),
        Err(_) => Receiver::Nobody(raw.into()),
    }
}

fn in_javascript(value: &serde_json::Value) -> String {
    use serde_json::Value::{Array, Null, Object, String};
    match value {
        Object(_) => "[object Object]".into(),
        String(text) => text.clone(),
        Array(items) => {
            let item = |item: &serde_json::Value| if *item == Null { "".into() } else { in_javascript(item) };
            items.iter().map(item).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// A number of sessions: none that is negative or no number counts.
fn amount(raw: &str) -> Option<f64> {
    raw.parse::<f64>().ok().filter(|amount| amount.is_finite() && *amount >= 0.0)
}

impl<'a> Members<'a> {
    /// The value of a member; of several the last, as in JavaScript.
    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(known, _)| known == name).map(|(_, raw)| raw.get())
    }

    fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        #[derive(Deserialize)]
        struct Text<'t>(#[serde(borrow)] Cow<'t, str>);
        serde_json::from_str::<Text<'a>>(self.get(name)?).ok().map(|text| text.0)
    }

    fn amount(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(amount)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                #[derive(Deserialize)]
                struct Name<'n>(#[serde(borrow)] Cow<'n, str>);
                let mut members = Vec::with_capacity(8);
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Object).map(Members)
    }
}

/// A text as JSON.
pub fn quote(text: &str, out: &mut String) {
    let _fits = write!(out, "{}", serde_json::Value::from(text));
}

fn list<'a>(kind: &str, name: &str, ids: impl IntoIterator<Item = &'a str>) -> Bytes {
    let mut text = format!(r#"{{"type":"{kind}","{name}":["#);
    for (index, id) in ids.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        quote(id, &mut text);
    }
    text.push_str("]}");
    text.into()
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
    let mut text = format!(r#"{{"type":"{kind}","peer":"#);
    quote(id, &mut text);
    text.push('}');
    text.into()
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
    let mut text = r#"{"type":"error","code":"PEER_NOT_FOUND","message":"#.to_owned();
    quote(&format!("Peer {to} is not connected"), &mut text);
    text.push_str(r#","to":"#);
    quote(to, &mut text);
    text.push('}');
    text.into()
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

    fn signal(text: &str) -> Signal {
        match read(text.as_bytes()) {
            Some(Heard::Signal(signal)) => signal,
            other => panic!("{other:?}"),
        }
    }

    fn registered(text: &str) -> Register<'_> {
        match read(text.as_bytes()) {
            Some(Heard::Register(register)) => *register,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_signal_is_passed_on_whole_but_for_who_sent_it() {
        let text = r#"{"type":"offer","to":"a","from":"eve","sdp":{"x":[1, null]},"fromRole":"normal","more":"\u00e9"}"#;
        let signal = signal(text);
        assert_eq!(signal.to, Receiver::Id("a".into()));
        let (members, from) = (signal.members, Bytes::from_static(b"\"b\""));
        let relayed = Relayed { members, from, role: "consumer", arrived: Moment::ZERO };
        let mut heard = Vec::new();
        relayed.write(&mut heard);
        assert_eq!(heard.len(), relayed.size());
        let expected = r#"{"type":"offer","to":"a","sdp":{"x":[1, null]},"more":"\u00e9","from":"b","fromRole":"consumer"}"#;
        assert_eq!(String::from_utf8(heard).unwrap(), expected);
    }

    #[test]
    fn what_is_no_id_is_named_as_javascript_would() {
        for (to, spelled) in [
            ("", "undefined"),
            (r#","to":null"#, "null"),
            (r#","to":5"#, "5"),
            (r#","to":{}"#, "[object Object]"),
            (r#","to":[1,null,"a"]"#, "1,,a"),
        ] {
            let signal = signal(&format!(r#"{{"type":"answer"{to}}}"#));
            assert_eq!(signal.to, Receiver::Nobody(spelled.into()));
        }
    }

    #[test]
    fn a_peer_says_what_it_is_and_what_makes_no_sense_counts_as_not_said() {
        let plain = registered(r#"{"type":"register","nodeId":"a"}"#);
        assert_eq!((plain.node_id.as_deref(), plain.declared, plain.serves), (Some("a"), false, true));
        let odd =
            registered(r#"{"type":"register","role":"normal","serveConsumers":"false","capacity":"x"}"#);
        assert_eq!((odd.declared, odd.serves, odd.capacity), (true, false, None));
        let full = registered(r#"{"type":"register","role":"normal","capacity":0}"#);
        assert_eq!(full.capacity, Some(0.0));
        let consumer = registered(r#"{"type":"register","role":"consumer","token":"t","protocolVersion":1}"#);
        assert_eq!((consumer.consumer, consumer.token.as_deref()), (true, Some("t")));
    }

    #[test]
    fn a_heartbeat_changes_what_it_names() {
        let Some(Heard::Heartbeat(beat)) =
            read(br#"{"type":"heartbeat","load":{"sessions":12},"capacity":-1}"#)
        else {
            panic!("no heartbeat")
        };
        assert_eq!(beat, Heartbeat { sessions: Some(12.0), serves: None, capacity: None });
    }

    #[test]
    fn what_is_no_object_is_nothing_and_other_objects_are_passed_over() {
        for text in ["null", "5", "[]", "\"x\"", "{", "", "{\"type\":\"offer\"} x"] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
        for text in ["{}", r#"{"type":"Offer"}"#, r#"{"type":5}"#, r#"{"type":"peer-list","peers":[]}"#] {
            assert!(matches!(read(text.as_bytes()), Some(Heard::Other)), "{text}");
        }
    }

    #[test]
    fn an_error_names_who_is_missing_for_people_and_for_programs() {
        let expected = r#"{"type":"error","code":"PEER_NOT_FOUND","message":"Peer gh\"ost is not connected","to":"gh\"ost"}"#;
        assert_eq!(not_connected("gh\"ost"), expected);
    }
}
