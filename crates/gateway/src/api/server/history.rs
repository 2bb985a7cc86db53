//! `history` and `history_remove`: what was published in a channel.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::time::Duration;
use vestibule_broker::Broker;
use vestibule_model::{ChannelKey, HistoryPage, HistoryQuery, Publication, Tags};

use super::desk::Desk;
use super::payload::{Given, Shown};
use super::read::Text;
use super::reply::{Answer, Json, Refusal};
use super::subscribe::Since;

/// The parameters of `history`.
#[derive(Deserialize)]
pub struct History<'a> {
    #[serde(borrow, default)]
    channel: Text<'a>,
    /// Zero asks for the position alone, a negative number for everything.
    limit: Option<i32>,
    #[serde(borrow)]
    since: Option<Since<'a>>,
    reverse: Option<bool>,
}

/// The parameters of `history_remove`.
#[derive(Deserialize)]
pub struct HistoryRemove<'a> {
    #[serde(borrow, default)]
    channel: Text<'a>,
}

#[derive(Serialize)]
struct Page<'a> {
    publications: Vec<Entry<'a>>,
    epoch: &'a str,
    offset: u64,
}

#[derive(Serialize)]
struct Entry<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b64data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Shown<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<&'a Tags>,
}

impl History<'_> {
    /// Reads a part of the channel's stream.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let (key, meta_ttl) = with_history(&self.channel, desk)?;
        let page = desk.broker().history(&key, &self.query()?, meta_ttl, desk.now).await?;
        Ok(write(&page))
    }

    fn query(&self) -> Result<HistoryQuery, Refusal> {
        let since = self.since.as_ref().map(Since::position);
        let reverse = self.reverse.unwrap_or_default();
        if reverse && since.as_ref().is_some_and(|since| since.offset == 0) {
            return Err(Refusal::bad_request("nothing comes before offset 0"));
        }
        Ok(HistoryQuery { since, limit: u32::try_from(self.limit.unwrap_or_default()).ok(), reverse })
    }
}

impl HistoryRemove<'_> {
    /// Forgets the channel's publications.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let (key, _) = with_history(&self.channel, desk)?;
        desk.broker().remove_history(&key).await?;
        Ok(Json::nothing())
    }
}

fn with_history(channel: &str, desk: &Desk<'_>) -> Result<(ChannelKey, Duration), Refusal> {
    let (key, rules) = desk.channel(channel)?;
    let retention = rules.retention().ok_or(Refusal::NOT_AVAILABLE)?;
    Ok((key, retention.meta_ttl))
}

fn write(page: &HistoryPage) -> Json {
    Json::of(&Page {
        publications: page.publications.iter().map(|publication| Entry::of(publication)).collect(),
        epoch: page.top.epoch.as_str(),
        offset: page.top.offset,
    })
}

impl<'a> Entry<'a> {
    fn of(publication: &'a Publication) -> Self {
        let data = Given::of(Some(&publication.data));
        Self {
            data: data.json,
            b64data: data.base64,
            info: publication.info.as_deref().map(Shown::of),
            offset: publication.position.as_ref().map(|position| position.offset),
            tags: publication.tags.as_deref(),
        }
    }
}
