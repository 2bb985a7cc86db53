//! What a peer says.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::room::{Letter, Load, Receiver};

/// A message of a peer.
#[derive(Debug)]
pub enum Heard<'a> {
    /// What the peer is.
    Register(Box<Register<'a>>),
    /// How it is doing.
    Heartbeat(Load),
    /// Something for another peer.
    Signal(Letter),
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

/// The members of an object, in their order, each as it was written.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// Reads a message; `None` when it is no JSON object.
pub fn read(message: &[u8]) -> Option<Heard<'_>> {
    let members: Members<'_> = serde_json::from_slice(message).ok()?;
    let kind = members.text("type");
    Some(match kind.as_deref() {
        Some("register") => Heard::Register(Box::new(register(&members))),
        Some("heartbeat") => Heard::Heartbeat(heartbeat(&members)),
        Some(kind @ ("offer" | "answer" | "ice-candidate")) => Heard::Signal(Letter {
            to: receiver(members.get("to")),
            is_offer: kind == "offer",
            members: without_sender(message, &members),
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

fn heartbeat(members: &Members<'_>) -> Load {
    #[derive(Deserialize)]
    struct Sessions<'a> {
        #[serde(borrow)]
        sessions: Option<&'a RawValue>,
    }
    let load = members.get("load").and_then(|raw| serde_json::from_str::<Sessions<'_>>(raw).ok());
    Load {
        sessions: load.and_then(|load| amount(load.sessions?.get())),
        serves: members.get("serveConsumers").map(|raw| raw == "true"),
        capacity: members.amount("capacity"),
    }
}

/// The members of the object but for who sent it: that is not the sender's to say, though clients do. Whatever else there
/// is stays as it was written.
fn without_sender(message: &[u8], members: &Members<'_>) -> Bytes {
    let mut json = Vec::with_capacity(message.len());
    let mut begin = 0;
    for (name, value) in &members.0 {
        // A value is a part of the message, and so it says where its member ends.
        let end = value.get().as_ptr().addr() - message.as_ptr().addr() + value.get().len();
        let member = message.get(begin..end).unwrap_or_default();
        begin = end;
        if matches!(&**name, "from" | "fromRole") {
            continue;
        }
        if !json.is_empty() {
            json.push(b',');
        }
        let behind = member.iter().position(|byte| matches!(byte, b'{' | b',')).map_or(0, |at| at + 1);
        json.extend_from_slice(&member[behind..]);
    }
    json.into()
}

/// What is no id is named in the answer as JavaScript would write it.
fn receiver(raw: Option<&str>) -> Receiver {
    let Some(raw) = raw else { return Receiver::Nobody("undefined".into()) };
    if let Some(id) = text(raw) {
        return Receiver::Id(id.into());
    }
    match serde_json::from_str::<serde_json::Value>(raw) {
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

fn text(raw: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Text<'t>(#[serde(borrow)] Cow<'t, str>);
    serde_json::from_str::<Text<'_>>(raw).ok().map(|text| text.0)
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
        self.get(name).and_then(text)
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

#[cfg(test)]
mod tests {
    use vestibule_model::Moment;

    use super::*;
    use crate::signal::message::{Relayed, quoted};

    fn signal(text: &str) -> Letter {
        match read(text.as_bytes()) {
            Some(Heard::Signal(signal)) => signal,
            other => panic!("{other:?}"),
        }
    }

    /// What the receiver gets.
    fn passed_on(text: &str, role: &'static str) -> String {
        let members = signal(text).members;
        let relayed = Relayed { members, from: quoted("b"), role, arrived: Moment::ZERO };
        let mut heard = Vec::new();
        relayed.write(&mut heard);
        assert_eq!(heard.len(), relayed.size());
        String::from_utf8(heard).expect("a text")
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
        let heard = passed_on(text, "consumer");
        let expected = r#"{"type":"offer","to":"a","sdp":{"x":[1, null]},"more":"\u00e9","from":"b","fromRole":"consumer"}"#;
        assert_eq!(heard, expected);
    }

    #[test]
    fn what_is_passed_on_is_as_it_was_written_wherever_its_sender_names_itself() {
        for (text, expected) in [
            (
                r#"{"type":"answer","to":"a","from":"b","sdp":{"x":[1, null]}}"#,
                r#""type":"answer","to":"a","sdp":{"x":[1, null]}"#,
            ),
            (r#"{"from":"b","type":"answer","fromRole":{"from":1}}"#, r#""type":"answer""#),
            (r#"{"fr\u006fm":"eve","t\u0079pe":"answer","from":1}"#, r#""t\u0079pe":"answer""#),
            (
                r#"{"type":"answer","a,{b":"from","c":[{"from":2},3]}"#,
                r#""type":"answer","a,{b":"from","c":[{"from":2},3]"#,
            ),
            (" {\n\"type\" : \"answer\" , \"from\":0 ,\t\"x\":1 }\r\n", "\n\"type\" : \"answer\",\t\"x\":1"),
        ] {
            assert_eq!(signal(text).members, expected);
        }
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
        assert_eq!(beat, Load { sessions: Some(12.0), serves: None, capacity: None });
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
}
