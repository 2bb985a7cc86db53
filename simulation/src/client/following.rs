//! What a client knows of one channel, and what it insists on there.

use vestibule_broker::Broker;
use vestibule_doors::centrifuge::wire::client::received::{Publication, SubscribeResult};
use vestibule_model::{HistoryQuery, Moment, Position};

use super::Scene;
use crate::house::{Kind, at_once, channel};
use crate::ledger::Place;
use crate::{Checked, insist};

/// What a client knows of one channel.
#[derive(Debug)]
pub(super) struct Following {
    kind: Kind,
    /// It wants to be in the channel by its own subscription.
    pub(super) wanted: bool,
    pub(super) stage: Stage,
    /// Where it stands in the stream; kept while it is away.
    pub(super) place: Option<Place>,
    /// The last publication of this subscription, where there is no stream.
    last: Option<usize>,
    /// How many there had been when the subscription was asked for.
    pub(super) asked_at: usize,
}

/// How far a subscription has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Out,
    /// To be asked for from then on.
    Waiting(Moment),
    Asked,
    In,
    Leaving,
}

impl Following {
    pub(super) fn new(kind: Kind, wanted: bool) -> Self {
        let stage = if wanted { Stage::Waiting(Moment::ZERO) } else { Stage::Out };
        Self { kind, wanted, stage, place: None, last: None, asked_at: 0 }
    }

    pub(super) fn is_in(&self) -> bool {
        self.stage == Stage::In
    }

    pub(super) fn is_server_side(&self) -> bool {
        matches!(self.kind, Kind::Token | Kind::Ordered)
    }

    /// The connection is gone; where it stood is remembered.
    pub(super) fn line_lost(&mut self, now: Moment) {
        self.stage = if self.wanted { Stage::Waiting(now) } else { Stage::Out };
    }

    /// The subscription stands: in reply to a wish to recover from `since`, or to none.
    pub(super) fn stands(
        &mut self,
        name: &str,
        since: Option<Place>,
        result: SubscribeResult,
        scene: &mut Scene<'_>,
    ) -> Checked {
        insist!(!self.is_in(), "{name} is subscribed to twice");
        self.stage = Stage::In;
        self.last = None;
        if !self.kind.is_kept() {
            return Ok(());
        }
        insist!(result.positioned && result.recoverable, "{name} cannot be recovered");
        let place = Place { epoch: result.epoch, offset: result.offset };
        match since {
            Some(since) if result.recovered => {
                insist!(place == since, "{name} recovered from {place:?} and not from {since:?}");
                self.place = Some(since);
                scene.tally.recovered += 1;
                for publication in &result.publications {
                    scene.tally.recovered_publications += 1;
                    self.take(name, publication, scene)?;
                }
                return Ok(());
            }
            Some(since) => {
                insist!(result.was_recovering, "a wish to recover {name} was not heard");
                self.gap(name, &since, scene)?;
            }
            None => insist!(!result.recovered, "{name} recovered from nowhere"),
        }
        insist!(result.publications.is_empty(), "publications of {name} come with a gap before them");
        self.place = Some(place);
        Ok(())
    }

    /// The server has said that something is missing. It must have had a reason.
    pub(super) fn gap(&mut self, name: &str, since: &Place, scene: &mut Scene<'_>) -> Checked {
        scene.tally.gaps += 1;
        let lives = top(name, scene).epoch.as_str() == since.epoch;
        let could = lives && scene.ledger.can_recover(name, since, scene.now.moment);
        insist!(!could, "{name} was not recovered from {since:?}, although everything since is kept");
        Ok(())
    }

    /// The server has ended the subscription because something was missed. If nothing gets lost in this house, that
    /// only happens when the stream began anew.
    pub(super) fn lost(&mut self, name: &str, scene: &mut Scene<'_>) -> Checked {
        scene.tally.lost += 1;
        insist!(
            scene.lossy || self.is_behind(name, scene),
            "{name} was lost at {:?} without a reason",
            self.place
        );
        Ok(())
    }

    /// Whether the stream has begun anew since.
    pub(super) fn is_behind(&self, name: &str, scene: &Scene<'_>) -> bool {
        self.place.as_ref().is_some_and(|place| place.epoch != top(name, scene).epoch.as_str())
    }

    /// A publication arrived.
    pub(super) fn hears(&mut self, name: &str, publication: &Publication, scene: &mut Scene<'_>) -> Checked {
        match self.stage {
            Stage::In => self.take(name, publication, scene),
            // It has been asked to end, and may not have ended yet.
            Stage::Leaving => Ok(()),
            stage => {
                insist!(false, "a publication of {name} arrives when it is {stage:?}");
                Ok(())
            }
        }
    }

    fn take(&mut self, name: &str, publication: &Publication, scene: &mut Scene<'_>) -> Checked {
        scene.tally.heard += 1;
        let data = String::from_utf8_lossy(&publication.data);
        let number = scene.ledger.number(name, &data)?;
        if !self.kind.is_kept() {
            // What was under way to the worker when it was asked may arrive as well, with a hole behind it.
            let hole = |last| scene.lossy || last < self.asked_at;
            let next = self.last.is_none_or(|last| number == last + 1 || (number > last && hole(last)));
            insist!(next, "number {number} of {name} arrives after {:?}", self.last);
            self.last = Some(number);
            return Ok(());
        }
        if publication.offset == 0 {
            return Ok(());
        }
        let Some(place) = &mut self.place else {
            insist!(false, "{data} of {name} arrives nowhere");
            return Ok(());
        };
        let offset = publication.offset;
        insist!(offset == place.offset + 1, "offset {offset} of {name} arrives after {place:?}");
        place.offset = offset;
        scene.ledger.check(name, place, &data)
    }

    pub(super) fn has_caught_up(&self, name: &str, scene: &Scene<'_>) -> bool {
        match self.stage {
            Stage::Out => !self.wanted,
            Stage::In if self.kind.is_kept() => {
                let top = top(name, scene);
                self.place.as_ref().is_some_and(|p| p.offset == top.offset && p.epoch == top.epoch.as_str())
            }
            Stage::In => true,
            Stage::Waiting(_) | Stage::Asked | Stage::Leaving => false,
        }
    }
}

/// Where the stream really stands.
fn top(name: &str, scene: &Scene<'_>) -> Position {
    let (broker, channel) = (scene.steward.broker(), channel(name));
    let page = broker.history(&channel, &HistoryQuery::POSITION, scene.retention.meta_ttl, scene.now);
    at_once(page).expect("an embedded broker").top
}
