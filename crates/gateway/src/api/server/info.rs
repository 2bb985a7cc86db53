//! `info`: how the node is.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use vestibule_model::ClientId;

use super::desk::Desk;
use super::process::{self, Process};
use super::reply::{Answer, Json};
use crate::worker::{Counts, Question, Survey};

/// How the node is called.
pub struct Node {
    uid: String,
    name: String,
    version: String,
}

/// The parameters: there are none.
#[derive(Deserialize)]
pub struct Empty {}

#[derive(Serialize)]
struct Info<'a> {
    nodes: [NodeInfo<'a>; 1],
}

#[derive(Serialize)]
struct NodeInfo<'a> {
    uid: &'a str,
    name: &'a str,
    version: &'a str,
    num_clients: usize,
    num_users: usize,
    num_channels: usize,
    uptime: u64,
    metrics: Metrics,
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<Process>,
    num_subs: usize,
}

/// What was counted in the last so many seconds: here, since the start.
#[derive(Serialize)]
struct Metrics {
    interval: u64,
    items: BTreeMap<&'static str, u64>,
}

impl Node {
    /// A node of that name; its id is another one with each start.
    pub fn new(name: &str, version: &str) -> Self {
        let uid = ClientId::from_random(rand::random()).to_string();
        Self { uid, name: name.to_owned(), version: version.to_owned() }
    }
}

/// Asks the workers.
pub async fn perform(desk: &Desk<'_>) -> Answer {
    let surveys = desk.survey(Question::Counts(desk.organisation.clone())).await?;
    let counts: Vec<Counts> = surveys
        .into_iter()
        .filter_map(|survey| match survey {
            Survey::Counts(counts) => Some(counts),
            Survey::Channels(_) | Survey::Here => None,
        })
        .collect();
    let uptime = desk.now.moment.as_millis() / 1000;
    let node = NodeInfo {
        uid: &desk.node.uid,
        name: &desk.node.name,
        version: &desk.node.version,
        num_clients: counts.iter().map(|counts| counts.clients).sum(),
        num_users: different(counts.iter().map(|counts| &counts.users)),
        num_channels: different(counts.iter().map(|counts| &counts.channels)),
        uptime,
        metrics: Metrics { interval: uptime, items: items(desk) },
        process: process::look(uptime),
        num_subs: counts.iter().map(|counts| counts.subscriptions).sum(),
    };
    Ok(Json::of(&Info { nodes: [node] }))
}

/// A user or a channel may be on several workers, and is still one.
fn different<'a>(lists: impl Iterator<Item = &'a Vec<Box<str>>>) -> usize {
    lists.flatten().collect::<HashSet<_>>().len()
}

fn items(desk: &Desk<'_>) -> BTreeMap<&'static str, u64> {
    let mut items = BTreeMap::new();
    for worker in &desk.house.counters {
        for (name, count) in [
            ("vestibule.connections.opened", worker.opened.get()),
            ("vestibule.connections.closed", worker.ended.get()),
            ("vestibule.messages.received", worker.messages_received.get()),
            ("vestibule.messages.sent", worker.messages_sent.get()),
            ("vestibule.deliveries", worker.deliveries.get()),
        ] {
            *items.entry(name).or_default() += count;
        }
    }
    items
}
