//! `batch`: several calls in one. Its answer has no `result` around it, and no errors of its own but one.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Caller;
use super::desk;
use super::method::Method;
use super::read::Malformed;
use super::reply::{self, Json, Refusal};
use super::request::Request;

/// The answer to a batch with too many commands.
pub const TOO_LONG: Refusal = Refusal::bad_request("too many commands in a batch");

/// The parameters. `parallel` may be said and changes nothing: commands are done one after the other, none of which
/// waits for anything outside this process.
#[derive(Deserialize)]
pub struct Batch<'a> {
    #[serde(borrow)]
    commands: Option<Vec<Command<'a>>>,
}

/// One command: an object in which the method's name leads to its parameters. `None` when it names no method.
struct Command<'a>(Option<(Method, &'a RawValue)>);

/// A command that was read: a method and what is wanted of it. `None` when it names no method.
type Wanted<'a> = Option<(Method, Request<'a>)>;

impl<'a> Batch<'a> {
    /// How many commands there are.
    pub fn len(&self) -> usize {
        self.commands.as_ref().map_or(0, Vec::len)
    }

    /// Reads the commands, all of them before any is done.
    pub fn read(self) -> Result<Vec<Wanted<'a>>, Malformed> {
        let read = |command: Command<'a>| match command.0 {
            Some((method, params)) => Ok(Some((method, Request::read(method, params.get().as_bytes())?))),
            None => Ok(None),
        };
        self.commands.unwrap_or_default().into_iter().map(read).collect()
    }
}

/// Whether the answer to one of them holds a secret.
pub fn answers_a_secret(commands: &[Wanted<'_>]) -> bool {
    commands.iter().flatten().any(|(method, _)| method.answers_a_secret())
}

/// Does the commands in their order.
pub async fn perform(commands: Vec<Wanted<'_>>, caller: &Caller<'_>) -> Json {
    if commands.is_empty() {
        return Json::nothing();
    }
    let mut out = b"{\"replies\":[".to_vec();
    for (index, command) in commands.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        desk::let_others(index).await;
        match command {
            Some((method, request)) => {
                reply::write(method.name(), caller.asks(method, request).await, &mut out);
            }
            None => reply::write("", Err(Refusal::NOT_FOUND), &mut out),
        }
    }
    out.extend_from_slice(b"]}");
    Json(out)
}

impl<'de: 'a, 'a> Deserialize<'de> for Command<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CommandVisitor;

        impl<'de> Visitor<'de> for CommandVisitor {
            type Value = Command<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with a method")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut command = None::<(Method, &RawValue)>;
                while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                    let Some(method) = Method::named(&name) else {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    };
                    let params = map.next_value::<Option<&RawValue>>()?;
                    if command.is_none_or(|(other, _)| method <= other) {
                        command = params.map(|params| (method, params)).or(command);
                    }
                }
                Ok(Command(command))
            }
        }

        deserializer.deserialize_map(CommandVisitor)
    }
}
