//! `publish`: a message into a channel.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use vestibule_broker::Broker;
use vestibule_model::{Publication, PublishOptions, Published, Tags};

use super::desk::Desk;
use super::payload;
use super::read::{Text, even_null};
use super::reply::{Answer, Json, Refusal};

/// The parameters. `delta` may be said and changes nothing: there are no deltas.
#[derive(Deserialize)]
pub struct Publish<'a> {
    #[serde(borrow, default)]
    channel: Text<'a>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    data: Option<&'a RawValue>,
    #[serde(borrow, default)]
    b64data: Text<'a>,
    skip_history: Option<bool>,
    tags: Option<Tags>,
    #[serde(borrow, default)]
    idempotency_key: Text<'a>,
    version: Option<u64>,
    #[serde(borrow, default)]
    version_epoch: Text<'a>,
}

/// What is to be published, wherever that is.
pub struct Message {
    publication: Publication,
    options: PublishOptions,
    skip_history: bool,
}

#[derive(Serialize)]
struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epoch: Option<&'a str>,
}

impl Publish<'_> {
    /// Publishes.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        if self.channel.is_empty() {
            return Err(Refusal::BAD_REQUEST);
        }
        let message = self.message()?.ok_or(Refusal::BAD_REQUEST)?;
        message.publish(&self.channel, desk).await
    }

    /// What is to be published; `None` when there is no data.
    pub fn message(&self) -> Result<Option<Message>, Refusal> {
        let Some(data) = payload::taken(self.data, &self.b64data)? else { return Ok(None) };
        Ok(Some(Message {
            publication: Publication {
                data,
                tags: self.tags.clone().filter(|tags| !tags.is_empty()).map(Arc::new),
                version: self.version.unwrap_or_default(),
                ..Publication::default()
            },
            options: PublishOptions {
                retention: None,
                idempotency_key: self.idempotency_key.said().map(Into::into),
                version_epoch: self.version_epoch.said().map(Into::into),
            },
            skip_history: self.skip_history.unwrap_or_default(),
        }))
    }
}

impl Message {
    /// Publishes into a channel.
    pub async fn publish(&self, channel: &str, desk: &Desk<'_>) -> Answer {
        let (key, rules) = desk.channel(channel)?;
        let retention = if self.skip_history { None } else { rules.retention() };
        let options = PublishOptions { retention, ..self.options.clone() };
        let published = desk.broker().publish(&key, self.publication.clone(), &options, desk.now).await?;
        Ok(place(&published))
    }
}

fn place(published: &Published) -> Json {
    let position = published.position.as_ref();
    Json::of(&Place {
        offset: position.map(|position| position.offset),
        epoch: position.map(|position| position.epoch.as_str()),
    })
}
