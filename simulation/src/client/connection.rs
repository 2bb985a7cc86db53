//! Connecting, refreshing, and how connections end.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use serde_json::json;
use vestibule_auth::TokenDraft;
use vestibule_doors::centrifuge::wire::client::received::{ConnectResult, SubscribeResult};
use vestibule_doors::centrifuge::wire::{ConnectRequest, RefreshRequest, Request, SubscribeRequest};
use vestibule_model::Moment;
use vestibule_websocket::client as frames;

use super::following::{Following, Stage};
use super::{Asked, Client, Line, Scene};
use crate::house::Kind;
use crate::ledger::Place;
use crate::wire::Wire;
use crate::{Checked, insist};

/// A client gives up a connection on which it has heard nothing for so long.
const SILENCE: Duration = Duration::from_secs(12);

impl Client {
    /// Begins a connection: says who it is, and where it stands in the channels that the server subscribed it to.
    pub fn connect(&mut self, wire: Rc<Wire>, scene: &mut Scene<'_>) {
        let mut line = Line {
            wire,
            decoder: frames::decoder(1 << 20),
            name: None,
            asked: BTreeMap::new(),
            commands: 0,
            refresh: None,
            heard: scene.now.moment,
        };
        let server_side = self.channels.iter().filter(|(_, following)| following.is_server_side());
        let wishes: BTreeMap<String, Place> = server_side
            .filter_map(|(name, following)| Some((name.clone(), following.place.clone()?)))
            .collect();
        let wanted = |place: &Place| SubscribeRequest {
            recover: true,
            epoch: place.epoch.clone(),
            offset: place.offset,
            ..SubscribeRequest::default()
        };
        let request = ConnectRequest {
            token: self.token(scene),
            subs: wishes.iter().map(|(name, place)| (name.clone(), wanted(place))).collect(),
            name: "simulation".into(),
            ..ConnectRequest::default()
        };
        line.ask(self.encoding, Request::Connect(request), Asked::Connect(wishes), scene.dice);
        self.line = Some(line);
        self.retry = None;
        scene.tally.connects += 1;
    }

    fn token(&self, scene: &Scene<'_>) -> String {
        let draft = TokenDraft::new(&self.user, self.lifetime).with("channels", json!(self.named));
        scene.key.connection_token(&draft, scene.now.unix)
    }

    /// Does what time demands: subscribes, refreshes, gives up.
    pub fn act(&mut self, scene: &mut Scene<'_>) {
        let now = scene.now.moment;
        let Some(line) = &mut self.line else { return };
        if now.since(line.heard) > SILENCE {
            line.wire.hang_up();
            return self.lose_line(scene);
        }
        if line.name.is_none() {
            return;
        }
        if line.refresh.is_some_and(|refresh| refresh <= now) {
            line.refresh = None;
            self.refresh(scene);
        }
        let due: Vec<String> =
            self.channels.iter().filter(|(_, f)| f.is_due(now)).map(|(n, _)| n.clone()).collect();
        for name in due {
            self.subscribe(&name, scene);
        }
    }

    fn refresh(&mut self, scene: &mut Scene<'_>) {
        let token = self.token(scene);
        if let Some(line) = &mut self.line {
            line.ask(self.encoding, Request::Refresh(RefreshRequest { token }), Asked::Refresh, scene.dice);
        }
    }

    /// The connection is open.
    pub(super) fn connected(
        &mut self,
        mut wishes: BTreeMap<String, Place>,
        result: ConnectResult,
        scene: &mut Scene<'_>,
    ) -> Checked {
        for name in &self.named {
            insist!(result.subs.contains_key(name), "the token names {name}, the reply does not");
        }
        self.expires(result.expires, result.ttl, scene);
        if let Some(line) = &mut self.line {
            line.name = Some(result.client);
        }
        for (name, result) in result.subs {
            self.subscribed_by_server(&name, wishes.remove(&name), result, scene)?;
        }
        // What the server did not take up again is over.
        for name in wishes.keys() {
            if let Some(following) = self.channels.get_mut(name) {
                following.place = None;
            }
        }
        Ok(())
    }

    pub(super) fn subscribed_by_server(
        &mut self,
        name: &str,
        since: Option<Place>,
        result: SubscribeResult,
        scene: &mut Scene<'_>,
    ) -> Checked {
        let new = || Following::new(Kind::of(name), false);
        self.channels.entry(name.into()).or_insert_with(new).stands(name, since, result, scene)
    }

    /// The token will run out: a new one is brought in time, or a little late.
    pub(super) fn expires(&mut self, expires: bool, ttl: u32, scene: &mut Scene<'_>) {
        let Some(line) = &mut self.line else { return };
        let millis = u64::from(ttl) * 1000;
        line.refresh = expires.then(|| scene.now.moment + scene.dice.millis(millis / 2, millis + 2_000));
    }

    /// The server says goodbye.
    pub(super) fn closed(&mut self, code: u16, scene: &mut Scene<'_>) -> Checked {
        *scene.tally.closes.entry(code).or_default() += 1;
        match code {
            3001 | 3004 | 3008 | 3009 | 3012 | 3502 | 3504 | 4000 => {}
            3005 => insist!(self.lifetime.is_some(), "a token that lives for ever has expired"),
            3010 => {
                let connected = self.name().is_some();
                let behind =
                    |(name, f): (&String, &Following)| f.is_server_side() && f.is_behind(name, scene);
                insist!(scene.lossy || !connected || self.channels.iter().any(behind), "3010 without a reason");
            }
            _ => insist!(false, "{} is closed with {code}", self.user),
        }
        if let Some(line) = &self.line {
            line.wire.send_up(&frames::close(Some(code), "", [9, 9, 9, 9]));
            line.wire.hang_up();
        }
        self.lose_line(scene);
        Ok(())
    }
}

impl Following {
    fn is_due(&self, now: Moment) -> bool {
        self.wanted && matches!(self.stage, Stage::Waiting(at) if at <= now)
    }
}
