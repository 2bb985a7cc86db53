//! What a client asks for of its own accord.

use vestibule_doors::centrifuge::wire::{
    ChannelRequest, HistoryRequest, PublishRequest, Request, SubscribeRequest,
};

use super::following::Stage;
use super::{Asked, Client, Scene};
use crate::house::Kind;

impl Client {
    /// Does something with a channel, if it is connected.
    pub fn do_something(&mut self, channel: &str, scene: &mut Scene<'_>) {
        if self.name().is_none() {
            return;
        }
        match scene.dice.pick(10) {
            0..=5 => self.publish(channel, scene),
            6 => self.ask(Request::Presence(named(channel)), Asked::Presence(channel.into()), scene),
            7 if Kind::of(channel).is_kept() => self.ask_for_history(channel, scene),
            _ => self.change_its_mind(channel, scene),
        }
    }

    fn ask(&mut self, request: Request, asked: Asked, scene: &mut Scene<'_>) {
        if let Some(line) = &mut self.line {
            line.ask(self.encoding, request, asked, scene.dice);
        }
    }

    fn publish(&mut self, channel: &str, scene: &mut Scene<'_>) {
        let data = scene.tally.next_data(channel).into();
        let request = PublishRequest { channel: channel.into(), data, r#type: 0 };
        self.ask(Request::Publish(request), Asked::Publish, scene);
    }

    fn ask_for_history(&mut self, channel: &str, scene: &mut Scene<'_>) {
        let limit = i32::try_from(scene.dice.pick(6)).unwrap_or(0) - 1;
        let request =
            HistoryRequest { channel: channel.into(), limit, since: None, reverse: scene.dice.once_in(2) };
        self.ask(Request::History(request), Asked::History(channel.into()), scene);
    }

    /// Leaves a channel of its own, or wants to be there again.
    fn change_its_mind(&mut self, channel: &str, scene: &mut Scene<'_>) {
        let Some(following) = self.channels.get_mut(channel).filter(|following| !following.is_server_side())
        else {
            return;
        };
        match following.stage {
            Stage::In => {
                following.wanted = false;
                following.stage = Stage::Leaving;
                if scene.dice.once_in(2) {
                    following.place = None;
                }
                self.ask(Request::Unsubscribe(named(channel)), Asked::Unsubscribe(channel.into()), scene);
            }
            Stage::Out => {
                following.wanted = true;
                following.stage = Stage::Waiting(scene.now.moment);
            }
            Stage::Waiting(_) | Stage::Asked | Stage::Leaving => {}
        }
    }

    pub(super) fn subscribe(&mut self, channel: &str, scene: &mut Scene<'_>) {
        let Some(following) = self.channels.get_mut(channel) else { return };
        following.stage = Stage::Asked;
        following.asked_at = scene.ledger.count(channel);
        let since = following.place.clone();
        let strict = scene.dice.once_in(4);
        let follows = Kind::of(channel).is_kept();
        let request = SubscribeRequest {
            channel: channel.into(),
            recoverable: follows,
            positioned: follows,
            join_leave: scene.dice.once_in(2),
            recover: since.is_some(),
            epoch: since.as_ref().map(|place| place.epoch.clone()).unwrap_or_default(),
            offset: since.as_ref().map_or(0, |place| place.offset),
            flag: if strict { SubscribeRequest::REJECT_UNRECOVERED } else { 0 },
            ..SubscribeRequest::default()
        };
        self.ask(Request::Subscribe(request), Asked::Subscribe(channel.into(), since), scene);
    }
}

fn named(channel: &str) -> ChannelRequest {
    ChannelRequest { channel: channel.into() }
}
