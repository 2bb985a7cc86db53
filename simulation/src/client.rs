//! A client that behaves like the official ones, and what it insists on.
//!
//! It connects, subscribes, remembers where it stands in each channel, comes back after a cut and asks for what it
//! missed. And it believes nothing: every publication has to be the next one of its channel, unless the server has
//! said before that something is missing, and had a reason to.
//!
//! - `following`: what it knows of one channel, and the checks;
//! - `connection`: connecting, refreshing, and how connections end;
//! - `commands`: what it asks for of its own accord;
//! - `hearing`: what it makes of what it hears.

mod commands;
mod connection;
mod following;
mod hearing;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use vestibule::steward::Steward;
use vestibule_auth::DevelopmentKey;
use vestibule_doors::centrifuge::wire::{Command, Encoding, Request, client};
use vestibule_model::{Moment, Now, Retention};
use vestibule_websocket::{Decoder, Event, Input, client as frames};

use crate::dice::Dice;
use crate::house::Kind;
use crate::ledger::{Ledger, Place};
use crate::wire::{State, Wire};
use crate::world::Tally;
use crate::{Broken, Checked};

use following::Following;
pub use hearing::STRANGER;

/// What a client sees of the world around it.
pub struct Scene<'a> {
    /// What was really published.
    pub ledger: &'a Ledger,
    /// The house's steward, for questions about the broker.
    pub steward: &'a Steward,
    /// Signs its tokens.
    pub key: &'a DevelopmentKey,
    /// How channels keep their history.
    pub retention: &'a Retention,
    /// Deliveries get lost, or come again, between the broker and the workers: what follows a stream has to notice.
    pub lossy: bool,
    /// What time it is.
    pub now: Now,
    /// Chance.
    pub dice: &'a mut Dice,
    /// What has happened so far.
    pub tally: &'a mut Tally,
}

/// A client.
#[derive(Debug)]
pub struct Client {
    /// Its user, whom it may share with others.
    pub user: String,
    /// How it writes.
    pub encoding: Encoding,
    /// It reads nothing before this moment.
    pub stalled: Moment,
    /// How long its tokens live; `None`: for ever.
    lifetime: Option<Duration>,
    /// The channels that its tokens name.
    named: Vec<String>,
    channels: BTreeMap<String, Following>,
    line: Option<Line>,
    /// When it connects again.
    retry: Option<Moment>,
}

/// A connection as the client has it.
#[derive(Debug)]
struct Line {
    wire: Rc<Wire>,
    decoder: Decoder,
    /// Its name, once it is connected.
    name: Option<String>,
    asked: BTreeMap<u32, Asked>,
    commands: u32,
    refresh: Option<Moment>,
    heard: Moment,
}

/// What a reply will be about.
#[derive(Debug)]
enum Asked {
    Connect(BTreeMap<String, Place>),
    Subscribe(String, Option<Place>),
    Unsubscribe(String),
    Publish,
    Presence(String),
    History(String),
    Refresh,
}

/// Something of the server's that arrived whole.
enum Heard {
    Message(Vec<u8>),
    Close(u16),
}

impl Client {
    /// A client that connects at once and wants to be in those channels.
    pub fn new(user: String, encoding: Encoding, wanted: &[&str], named: &[&str], dice: &mut Dice) -> Self {
        let lifetime = dice.once_in(3).then(|| dice.millis(6_000, 40_000));
        let named: Vec<String> = named.iter().map(ToString::to_string).collect();
        let wanted = wanted.iter().map(|name| (name.to_string(), Following::new(Kind::of(name), true)));
        Self {
            user,
            encoding,
            stalled: Moment::ZERO,
            lifetime,
            named,
            channels: wanted.collect(),
            line: None,
            retry: Some(Moment::ZERO),
        }
    }

    /// Whether it would connect now.
    pub fn wants_to_connect(&self, now: Now) -> bool {
        self.line.is_none() && self.retry.is_some_and(|retry| retry <= now.moment)
    }

    /// Its wire, if it has one.
    pub fn wire(&self) -> Option<&Rc<Wire>> {
        self.line.as_ref().map(|line| &line.wire)
    }

    /// Its name among its peers, when it is connected.
    pub fn name(&self) -> Option<&str> {
        self.line.as_ref()?.name.as_deref()
    }

    /// The channels in which it stands.
    pub fn stands_in(&self) -> impl Iterator<Item = &str> {
        self.channels.iter().filter(|(_, following)| following.is_in()).map(|(name, _)| name.as_str())
    }

    /// Reads up to `most` bytes; false when there was nothing.
    ///
    /// # Errors
    /// When it hears what it must not.
    pub fn read(&mut self, most: usize, scene: &mut Scene<'_>) -> Checked<bool> {
        let Some(line) = &mut self.line else { return Ok(false) };
        if self.stalled > scene.now.moment {
            return Ok(false);
        }
        let bytes = line.wire.take_down(most);
        if bytes.is_empty() && line.wire.is_over() {
            self.lose_line(scene);
            return Ok(true);
        }
        let any = !bytes.is_empty();
        for heard in line.take_apart(bytes)? {
            match heard {
                Heard::Message(message) => self.hear(&message, scene)?,
                Heard::Close(code) => self.closed(code, scene)?,
            }
        }
        Ok(any)
    }

    /// Whether it is connected, every subscription stands, and each has come to the top of its stream.
    pub(crate) fn has_caught_up(&self, scene: &Scene<'_>) -> bool {
        let Some(line) = &self.line else { return false };
        let at_rest = line.wire.state() == State::Whole && line.name.is_some() && line.asked.is_empty();
        let named = self.named.iter().all(|name| self.channels.get(name).is_some_and(Following::is_in));
        at_rest && named && self.channels.iter().all(|(name, following)| following.has_caught_up(name, scene))
    }

    /// What it is still waiting for, for people.
    pub(crate) fn describe(&self) -> String {
        format!("{} {:?} retry {:?} channels {:?}", self.user, self.line, self.retry, self.channels)
    }

    /// It leaves for good: with a goodbye, or without.
    pub(crate) fn leave(&mut self, politely: bool) {
        self.retry = None;
        let Some(line) = self.line.take() else { return };
        if politely {
            line.wire.send_up(&frames::close(Some(1000), "", [1, 2, 3, 4]));
        }
        line.wire.hang_up();
    }

    fn lose_line(&mut self, scene: &mut Scene<'_>) {
        self.line = None;
        self.retry = Some(scene.now.moment + scene.dice.millis(50, 900));
        for following in self.channels.values_mut() {
            following.line_lost(scene.now.moment);
        }
    }
}

impl Line {
    fn take_apart(&mut self, mut bytes: Vec<u8>) -> Checked<Vec<Heard>> {
        let mut heard = Vec::new();
        let mut input = Input::new(&mut bytes);
        while let Some(event) = self.decoder.next(&mut input) {
            heard.push(match event {
                Event::Text(message) | Event::Binary(message) => Heard::Message(message.to_vec()),
                Event::Close { code, .. } => Heard::Close(code.unwrap_or(0)),
                other => return Err(Broken(format!("the server sent {other:?}"))),
            });
        }
        Ok(heard)
    }

    /// Sends a command, and remembers what its reply will be about.
    fn ask(&mut self, encoding: Encoding, request: Request, asked: Asked, dice: &mut Dice) {
        self.commands += 1;
        self.asked.insert(self.commands, asked);
        self.send(encoding, Command { id: self.commands, request: Some(request) }, dice);
    }

    fn send(&self, encoding: Encoding, command: Command, dice: &mut Dice) {
        let message = client::write(encoding, &[command]).expect("payloads of these clients are JSON");
        let [a, b, c, d, ..] = dice.bytes();
        self.wire.send_up(&match encoding {
            Encoding::Json => frames::text(&message, [a, b, c, d]),
            Encoding::Protobuf => frames::binary(&message, [a, b, c, d]),
        });
    }
}
