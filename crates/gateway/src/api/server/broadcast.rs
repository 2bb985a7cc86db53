//! `broadcast`: the same message into several channels.

use serde::Deserialize;

use super::desk::{self, Desk};
use super::publish::Publish;
use super::read::{Malformed, Text, read};
use super::reply::{self, Answer, Json, Refusal};

/// The parameters: those of a publish, with channels.
pub struct Broadcast<'a> {
    channels: Vec<Text<'a>>,
    publish: Publish<'a>,
}

#[derive(Deserialize)]
struct Channels<'a> {
    #[serde(borrow)]
    channels: Option<Vec<Text<'a>>>,
}

impl<'a> Broadcast<'a> {
    /// Reads the parameters.
    pub fn read(params: &'a [u8]) -> Result<Self, Malformed> {
        let Channels { channels } = read(params)?;
        Ok(Self { channels: channels.unwrap_or_default(), publish: read(params)? })
    }

    /// Publishes into one channel after the other; the answer has their answers in the same order.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        if self.channels.is_empty() {
            return Err(Refusal::BAD_REQUEST);
        }
        if self.channels.len() > desk.house.settings.batch_size {
            return Err(Refusal::bad_request("too many channels in a broadcast"));
        }
        let message = self.publish.message()?;
        let mut out = b"{\"responses\":[".to_vec();
        for (index, channel) in self.channels.iter().enumerate() {
            desk::let_others(index).await;
            let answer = match &message {
                Some(message) => message.publish(channel, desk).await,
                None => Err(Refusal::BAD_REQUEST),
            };
            if index > 0 {
                out.push(b',');
            }
            reply::write("result", answer, &mut out);
        }
        out.extend_from_slice(b"]}");
        Ok(Json(out))
    }
}
