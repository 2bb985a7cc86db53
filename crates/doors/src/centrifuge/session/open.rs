//! An open connection: which input goes where, and the commands of a message in turn.

use std::sync::Arc;

use bytes::Bytes;
use vestibule_model::{ChannelKey, ClientInfo, Close, Door, Moment, OrganisationId, Profile, UnixSeconds};

use super::deadline::Tick;
use super::joining::Joining;
use super::pings::Pings;
use super::subscription::{Subscription, Subscriptions};
use super::turn::Turn;
use super::verdict::{Denied, Errand, Step, Verdict};
use crate::centrifuge::codes::disconnect;
use crate::centrifuge::wire::{Command, Commands, Malformed, Request};
use crate::contract::{Input, Notice, Outcome, Ticket};

/// An open connection.
#[derive(Debug)]
pub(super) struct Open {
    /// The client as others see it.
    pub(super) who: Arc<ClientInfo>,
    pub(super) voucher: Voucher,
    /// When it ends unless its token is refreshed; `None`: never.
    pub(super) expires: Option<Moment>,
    pub(super) subscriptions: Subscriptions,
    pub(super) pings: Pings,
    pub(super) tick: Tick,
    /// The command that the house is busy with.
    command: Option<Box<Underway>>,
    /// Subscriptions that were ordered, while the house makes them.
    pub(super) ordered: Vec<(Ticket, Joining)>,
}

/// Who vouches for the connection: what a new token may not change.
#[derive(Debug)]
pub(super) struct Voucher {
    pub(super) realm: Arc<str>,
    pub(super) organisation: OrganisationId,
    /// The codes that the realm's clients expect.
    pub(super) profile: Profile,
}

/// A command that the house is busy with, and what waits behind it.
#[derive(Debug)]
struct Underway {
    ticket: Ticket,
    id: u32,
    errand: Errand,
    /// The rest of the message.
    rest: Bytes,
}

impl Open {
    pub(super) fn begin(
        who: Arc<ClientInfo>,
        voucher: Voucher,
        expires: Option<UnixSeconds>,
        turn: &Turn<'_>,
    ) -> Self {
        let mut open = Self {
            who,
            voucher,
            expires: None,
            subscriptions: Subscriptions::default(),
            pings: Pings::begin(turn),
            tick: Tick::default(),
            command: None,
            ordered: Vec::new(),
        };
        open.set_expiry(expires, turn);
        open
    }

    /// Every input has its place.
    pub(super) fn take(&mut self, input: Input<'_>, turn: &mut Turn<'_>) -> Result<(), Close> {
        match input {
            Input::Message(message) if self.is_free() => self.read(message, None, turn),
            Input::Message(_) => Ok(()),
            Input::Outcome(ticket, outcome) => self.outcome(ticket, outcome, turn),
            Input::Notice(Notice::Lost(channel)) => self.lost(channel.name(), turn),
            Input::Notice(Notice::Revoked(channel, cure)) => self.revoked(channel.name(), cure, turn),
            Input::Notice(Notice::Order(order)) => self.order(order, turn),
            Input::Deadline => self.look_at_the_clock(turn),
            Input::Pong => {
                self.pings.transport_pong(turn);
                Ok(())
            }
        }
    }

    /// Whether no command is under way, so that the next may begin.
    pub(super) fn is_free(&self) -> bool {
        self.command.is_none()
    }

    /// Every command has its place.
    fn command(&mut self, request: Request, turn: &mut Turn<'_>) -> Verdict {
        match request {
            Request::Subscribe(request) => self.subscribe(request, turn),
            Request::Unsubscribe(request) => self.unsubscribe(&request.channel, turn),
            Request::Publish(request) => self.publish(request, turn),
            Request::Presence(request) => self.presence(&request.channel, turn),
            Request::PresenceStats(request) => self.presence_stats(&request.channel, turn),
            Request::History(request) => self.history(request, turn),
            Request::Rpc(request) => Self::rpc(&request, turn),
            Request::Send(_) => Self::send(),
            Request::Refresh(request) => Self::refresh(request, turn),
            Request::SubRefresh(request) => self.sub_refresh(request, turn),
            // A connection connects once, and pings of clients were never in use.
            Request::Connect(_) | Request::Ping => Err(disconnect::BAD_REQUEST.into()),
        }
    }

    /// Goes on with a command now that the house has done something for it.
    fn resume(&mut self, errand: Errand, outcome: Outcome, turn: &mut Turn<'_>) -> Verdict {
        match (errand, outcome) {
            (Errand::Authorise(request), Outcome::Grant(grant)) => self.authorised(*request, grant, turn),
            (Errand::Subscribe(joining), Outcome::Subscribed(outcome)) => {
                self.subscribed(*joining, outcome, turn)
            }
            (Errand::Publish, Outcome::Published(outcome)) => Self::published(outcome),
            (Errand::Presence, Outcome::Presence(outcome)) => Self::present(outcome),
            (Errand::PresenceStats, Outcome::PresenceStats(outcome)) => Self::counted(outcome),
            (Errand::History, Outcome::History(outcome)) => Self::remembered(outcome),
            (Errand::Refresh, Outcome::Identity(identity)) => self.refreshed(identity, turn),
            (Errand::SubRefresh(channel), Outcome::Grant(grant)) => self.sub_refreshed(&channel, grant, turn),
            // The house answered another question than was asked: a bug, which costs this connection only.
            _ => Err(disconnect::SERVER_ERROR.into()),
        }
    }

    /// Carries out what is left of a message, if anything is.
    pub(super) fn converse(&mut self, rest: Bytes, turn: &mut Turn<'_>) -> Result<(), Close> {
        if rest.is_empty() { Ok(()) } else { self.read(&rest, Some(&rest), turn) }
    }

    /// Carries out the commands of a message until one has to wait; what follows that one is kept. A message that is
    /// `shared` need not be copied for that.
    fn read(&mut self, message: &[u8], shared: Option<&Bytes>, turn: &mut Turn<'_>) -> Result<(), Close> {
        let mut commands = Commands::new(turn.peer.encoding, message);
        while let Some(command) = commands.next() {
            let Command { id, request } = command.map_err(|Malformed| disconnect::BAD_REQUEST)?;
            let verdict = match (id, request) {
                (0, Some(Request::Send(_))) => Self::send(),
                (0, _) => self.pings.pong().map(|()| Step::Quiet).map_err(Denied::from),
                (_, Some(request)) => self.command(request, turn),
                (_, None) => Err(disconnect::BAD_REQUEST.into()),
            };
            if let Some((ticket, errand)) = Self::answer(id, verdict, turn)? {
                let rest = commands.rest();
                let rest = match shared {
                    Some(message) if !rest.is_empty() => message.slice_ref(rest),
                    _ => Bytes::copy_from_slice(rest),
                };
                self.command = Some(Box::new(Underway { ticket, id, errand, rest }));
                return Ok(());
            }
        }
        Ok(())
    }

    /// Says what became of a command, or gives back what it waits for.
    fn answer(id: u32, verdict: Verdict, turn: &mut Turn<'_>) -> Result<Option<(Ticket, Errand)>, Close> {
        match verdict {
            Ok(Step::Done(answer)) => turn.answer(id, answer)?,
            Ok(Step::Quiet) => {}
            Ok(Step::Waits(ticket, errand)) => return Ok(Some((ticket, errand))),
            Err(Denied::Error(error)) => turn.refuse(id, error)?,
            Err(Denied::Close(close)) => return Err(close),
            Err(Denied::ErrorAndClose(error, close)) => {
                turn.refuse(id, error)?;
                return Err(close);
            }
        }
        Ok(None)
    }

    fn outcome(&mut self, ticket: Ticket, outcome: Outcome, turn: &mut Turn<'_>) -> Result<(), Close> {
        let Some(underway) = self.command.take_if(|underway| underway.ticket == ticket) else {
            return self.ordered_outcome(ticket, outcome, turn);
        };
        let Underway { id, mut errand, rest, .. } = *underway;
        let fate = match &mut errand {
            Errand::Subscribe(joining) => joining.fate.take().map(|fate| (joining.channel.clone(), fate)),
            _ => None,
        };
        let verdict = self.resume(errand, outcome, turn);
        if let Some((ticket, errand)) = Self::answer(id, verdict, turn)? {
            self.command = Some(Box::new(Underway { ticket, id, errand, rest }));
            return Ok(());
        }
        if let Some((channel, fate)) = fate {
            self.meet(fate, channel.name(), turn)?;
        }
        self.converse(rest, turn)
    }

    /// The client's own subscription that is being made.
    pub(super) fn joining(&mut self) -> Option<&mut Joining> {
        match &mut self.command.as_deref_mut()?.errand {
            Errand::Subscribe(joining) => Some(joining),
            _ => None,
        }
    }

    /// A subscription to this channel that is being made, by whomever.
    pub(super) fn joining_to(&mut self, channel: &str) -> Option<&mut Joining> {
        let is_to = |joining: &Joining| joining.channel.name() == channel;
        if self.joining().is_some_and(|joining| is_to(joining)) {
            return self.joining();
        }
        self.ordered.iter_mut().map(|(_, joining)| joining).find(|joining| is_to(joining))
    }

    /// How many channels it is subscribed to, or about to be.
    pub(super) fn channels(&mut self) -> usize {
        self.subscriptions.len() + self.ordered.len() + usize::from(self.joining().is_some())
    }

    /// Keeps a subscription that stands.
    pub(super) fn adopt(&mut self, subscription: Subscription, turn: &Turn<'_>) {
        self.subscriptions.add(subscription);
        self.arrange_tick(turn);
    }

    /// The channel of that name, of this tenant.
    pub(super) fn key(&self, channel: &str) -> ChannelKey {
        ChannelKey::new(&self.voucher.organisation, Door::Centrifuge, channel)
    }
}
