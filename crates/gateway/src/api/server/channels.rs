//! `channels`: which channels have subscribers.

use std::collections::BTreeMap;

use globset::{Glob, GlobMatcher};
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::read::Text;
use super::reply::{Answer, Json, Refusal};
use crate::worker::{Question, Survey};

/// The parameters.
#[derive(Deserialize)]
pub struct Channels<'a> {
    #[serde(borrow, default)]
    pattern: Text<'a>,
}

#[derive(Serialize)]
struct Found {
    channels: BTreeMap<Box<str>, Subscribers>,
}

#[derive(Default, Serialize)]
struct Subscribers {
    num_clients: usize,
}

impl Channels<'_> {
    /// Lists the channels whose names match the pattern; every channel, if there is none.
    pub async fn perform(self, desk: &Desk<'_>) -> Answer {
        let pattern = self.pattern.said().map(matcher).transpose()?;
        let surveys = desk.survey(Question::Channels(desk.organisation.clone())).await?;
        let here = surveys.into_iter().filter_map(|survey| match survey {
            Survey::Channels(channels) => Some(channels),
            Survey::Counts(_) | Survey::Here => None,
        });
        let mut channels = BTreeMap::<Box<str>, Subscribers>::new();
        for (name, count) in here.flatten() {
            if pattern.as_ref().is_none_or(|pattern| pattern.is_match(&*name)) {
                channels.entry(name).or_default().num_clients += count;
            }
        }
        Ok(Json::of(&Found { channels }))
    }
}

fn matcher(pattern: &str) -> Result<GlobMatcher, Refusal> {
    let glob = Glob::new(pattern).map_err(|_| Refusal::bad_request("the pattern is not a glob"))?;
    Ok(glob.compile_matcher())
}
