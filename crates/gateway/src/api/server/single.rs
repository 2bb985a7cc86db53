//! The older form of a call: the method is in the body, and a body may hold several calls one behind the other.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Caller;
use super::desk;
use super::method::Method;
use super::read::{Malformed, Text};
use super::reply::{self, Answer, Json, Refusal};
use super::request::Request;

/// A call.
#[derive(Deserialize)]
pub struct Command<'a> {
    id: Option<u32>,
    #[serde(borrow, default)]
    method: Text<'a>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

/// Reads all calls before any is done. An unknown method spoils all of them.
pub fn read_all(body: &[u8], limit: usize) -> Result<Vec<Command<'_>>, Malformed> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(Malformed);
    }
    let commands = serde_json::Deserializer::from_slice(body).into_iter::<Command<'_>>();
    // One more than the limit is enough to see that there are too many.
    let commands: Vec<_> = commands.take(limit + 1).collect::<Result<_, _>>().map_err(|_| Malformed)?;
    let is_known =
        |command: &Command<'_>| command.method.is_empty() || Method::named(&command.method).is_some();
    if commands.len() > limit || !commands.iter().all(is_known) {
        return Err(Malformed);
    }
    Ok(commands)
}

/// Whether the answer to one of them holds a secret.
pub fn answers_a_secret(commands: &[Command<'_>]) -> bool {
    commands.iter().filter_map(Command::known).any(Method::answers_a_secret)
}

/// Does the calls in their order; their answers stand one on a line.
pub async fn perform(commands: Vec<Command<'_>>, caller: &Caller<'_>) -> Json {
    let mut out = Vec::with_capacity(64);
    for (index, command) in commands.iter().enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        desk::let_others(index).await;
        let start = out.len();
        reply::write("result", command.perform(caller).await, &mut out);
        if let Some(id) = command.id.filter(|id| *id > 0) {
            out.splice(start..=start, format!("{{\"id\":{id},").into_bytes());
        }
    }
    Json(out)
}

impl Command<'_> {
    fn known(&self) -> Option<Method> {
        Method::named(&self.method)
    }

    async fn perform(&self, caller: &Caller<'_>) -> Answer {
        let method = self.known().ok_or(Refusal::BAD_REQUEST)?;
        let params = self.params.map_or(&b"{}"[..], |params| params.get().as_bytes());
        let request = Request::read(method, params).map_err(|Malformed| Refusal::BAD_REQUEST)?;
        caller.asks(method, request).await
    }
}
