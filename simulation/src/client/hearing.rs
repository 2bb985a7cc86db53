//! What a client makes of what it hears.

use vestibule_doors::centrifuge::wire::client::received::{
    ClientInfo, ErrorReply, HistoryResult, PresenceResult, Push, Reply, SubscribeResult, push,
};
use vestibule_doors::centrifuge::wire::{Command, client};

use super::following::Stage;
use super::{Asked, Client, Scene};
use crate::ledger::Place;
use crate::{Broken, Checked, insist};

/// The user of every stranger.
pub const STRANGER: &str = "stranger";

impl Client {
    pub(super) fn hear(&mut self, message: &[u8], scene: &mut Scene<'_>) -> Checked {
        let replies = client::read(self.encoding, message);
        let replies = replies.map_err(|_| Broken("the server sent what cannot be read".into()))?;
        for reply in replies {
            let Some(line) = &mut self.line else { return Ok(()) };
            line.heard = scene.now.moment;
            if reply.id > 0 {
                let asked = line.asked.remove(&reply.id);
                let asked = asked.ok_or_else(|| Broken(format!("nobody asked for reply {}", reply.id)))?;
                self.answered(asked, reply, scene)?;
            } else if let Some(push) = reply.push {
                self.told(push, scene)?;
            } else {
                line.send(self.encoding, Command { id: 0, request: None }, scene.dice);
            }
        }
        Ok(())
    }

    fn answered(&mut self, asked: Asked, reply: Reply, scene: &mut Scene<'_>) -> Checked {
        if let Some(error) = reply.error {
            return self.refused(asked, &error, scene);
        }
        match (asked, reply) {
            (Asked::Connect(wishes), Reply { connect: Some(result), .. }) => {
                self.connected(wishes, result, scene)
            }
            (Asked::Subscribe(name, since), Reply { subscribe: Some(result), .. }) => {
                let following = self.channels.get_mut(&name).ok_or_else(|| Broken(format!("no {name}")))?;
                following.stands(&name, since, result, scene)
            }
            (Asked::Unsubscribe(name), Reply { unsubscribe: Some(_), .. }) => {
                self.channels.entry(name).and_modify(|following| following.stage = Stage::Out);
                Ok(())
            }
            (Asked::Publish, Reply { publish: Some(_), .. }) => Ok(()),
            (Asked::Presence(name), Reply { presence: Some(result), .. }) => self.sees(&name, &result),
            (Asked::History(name), Reply { history: Some(result), .. }) => remembers(&name, &result, scene),
            (Asked::Refresh, Reply { refresh: Some(result), .. }) => {
                self.expires(result.expires, result.ttl, scene);
                Ok(())
            }
            (asked, reply) => Err(Broken(format!("{asked:?} is answered with {reply:?}"))),
        }
    }

    fn refused(&mut self, asked: Asked, error: &ErrorReply, scene: &mut Scene<'_>) -> Checked {
        *scene.tally.errors.entry(error.code).or_default() += 1;
        let later = scene.now.moment + scene.dice.millis(50, 500);
        match (asked, error.code) {
            (Asked::Subscribe(name, Some(since)), 112) => {
                let following = self.channels.get_mut(&name).ok_or_else(|| Broken(format!("no {name}")))?;
                following.gap(&name, &since, scene)?;
                following.place = None;
                following.stage = Stage::Waiting(later);
                Ok(())
            }
            // The inboxes are full.
            (Asked::Subscribe(name, _), 111) => {
                self.channels.entry(name).and_modify(|following| following.stage = Stage::Waiting(later));
                Ok(())
            }
            (Asked::Publish, 111) => Ok(()),
            // A token can run out on its way, and the inboxes can be full.
            (Asked::Connect(_) | Asked::Refresh, 109..=111) => {
                if let Some(line) = &self.line {
                    line.wire.hang_up();
                }
                self.lose_line(scene);
                Ok(())
            }
            (asked, code) => Err(Broken(format!("{asked:?} is refused with {code}"))),
        }
    }

    fn told(&mut self, push: Push, scene: &mut Scene<'_>) -> Checked {
        let name = push.channel;
        match (push.r#pub, push.join.or(push.leave), push.unsubscribe, push.subscribe) {
            (Some(publication), None, None, None) => {
                let following = self.channels.get_mut(&name);
                let following = following.ok_or_else(|| Broken(format!("a publication of {name}")))?;
                following.hears(&name, &publication, scene)
            }
            (None, Some(moved), None, None) => self.sees_one(&name, moved.info.as_ref()),
            (None, None, Some(unsubscribe), None) => self.unsubscribed(&name, &unsubscribe, scene),
            (None, None, None, Some(result)) => {
                let push::Subscribe { recoverable, epoch, offset, positioned, .. } = result;
                let result = SubscribeResult { recoverable, epoch, offset, positioned, ..Default::default() };
                scene.tally.ordered += 1;
                self.subscribed_by_server(&name, None, result, scene)
            }
            _ => Err(Broken(format!("an unknown push of {name}"))),
        }
    }

    fn unsubscribed(&mut self, name: &str, push: &push::Unsubscribe, scene: &mut Scene<'_>) -> Checked {
        let following = self.channels.get_mut(name).ok_or_else(|| Broken(format!("no {name}")))?;
        match push.code {
            2000 => {
                insist!(following.is_server_side(), "nobody wanted {name} to end");
                following.stage = Stage::Out;
                following.place = None;
            }
            2500 if following.stage == Stage::Leaving => following.stage = Stage::Out,
            2500 => {
                insist!(following.is_in(), "{name} ends, but is {:?}", following.stage);
                following.lost(name, scene)?;
                following.stage = Stage::Waiting(scene.now.moment + scene.dice.millis(0, 300));
            }
            code => insist!(false, "{name} ends with {code}"),
        }
        Ok(())
    }

    fn sees(&self, name: &str, result: &PresenceResult) -> Checked {
        for info in result.presence.values() {
            self.sees_one(name, Some(info))?;
        }
        let stands = self.stands_in().any(|channel| channel == name);
        let itself = self.name().is_some_and(|own| result.presence.contains_key(own));
        insist!(!stands || itself, "{} is in {name} and does not see itself there", self.user);
        Ok(())
    }

    fn sees_one(&self, name: &str, info: Option<&ClientInfo>) -> Checked {
        let stranger = info.is_none_or(|info| info.user == STRANGER);
        insist!(!stranger, "{} sees a stranger in {name}", self.user);
        Ok(())
    }
}

/// A piece of history is what was published, one after the other.
fn remembers(name: &str, result: &HistoryResult, scene: &mut Scene<'_>) -> Checked {
    let mut offsets: Vec<u64> = result.publications.iter().map(|publication| publication.offset).collect();
    for publication in &result.publications {
        let place = Place { epoch: result.epoch.clone(), offset: publication.offset };
        scene.ledger.check(name, &place, &String::from_utf8_lossy(&publication.data))?;
    }
    offsets.sort_unstable();
    let whole = offsets.windows(2).all(|pair| pair[0] + 1 == pair[1]);
    insist!(
        whole && offsets.last().is_none_or(|last| *last <= result.offset),
        "{name} remembers {offsets:?}"
    );
    Ok(())
}
