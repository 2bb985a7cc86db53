//! One input in, a list of outputs out.
//!
//! The house obeys one law: it gives a session one input, carries out every output in order, and only then gives
//! the next. An *effect* is what a session asks the house to do; its *outcome* comes back as an input under the
//! same ticket, always, and in the order in which the house finished.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use vestibule_model::Moment;
use vestibule_model::{
    ChannelKey, ClientInfo, Close, Credential, Cure, HistoryPage, HistoryQuery, Identity, Now,
    OrganisationId, Position, PresenceStats, Profile, Publication, PublishOptions, RoomKey,
    ServerSubscription, SubscriptionGrant, UnixSeconds, UserId,
};

use crate::{Form, room};

/// The state machine of one connection.
pub trait Session {
    /// Takes one input and appends what follows from it to `outputs`. After a [`Output::Close`] a session is never
    /// called again.
    fn handle(&mut self, input: Input<'_>, now: Now, outputs: &mut Outputs);

    /// Whether it takes another [`Input::Message`] now. While it does not, the house leaves the peer's bytes in the
    /// socket, so a peer that sends faster than it is served waits at its own end.
    fn takes_messages(&self) -> bool;

    /// How the door says that the house ends a connection for this reason. It depends on the door alone: the house also
    /// asks it of a session that is called no more.
    fn close_for(&self, ending: Ending) -> Close;
}

/// Why the house ends a connection. Each door says it by a code of its own list, which its clients understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The session, or a room that it is in, ran into a bug of ours. Its client comes back and gets a new one.
    Bug,
    /// The peer reads slower than it is sent to.
    Slow,
    /// The socket has taken nothing for too long.
    Stuck,
    /// More waits for a worker than it may hold: to come back later is better than not to know what was lost.
    Overloaded,
    /// A newer connection of the same user is to be his only one.
    Replaced,
    /// An operator or a backend wants the client gone, and names no code.
    Ordered,
}

impl Ending {
    /// The whole list.
    pub const ALL: [Self; 6] =
        [Self::Bug, Self::Slow, Self::Stuck, Self::Overloaded, Self::Replaced, Self::Ordered];

    /// Whether the peer takes nothing any more, so that what waits for it must be dropped.
    pub const fn is_abrupt(self) -> bool {
        matches!(self, Self::Slow | Self::Stuck)
    }
}

/// Everything that can happen to a session.
#[derive(Debug)]
pub enum Input<'a> {
    /// A whole message of the peer. Only while [`Session::takes_messages`].
    Message(&'a [u8]),
    /// The peer answered a ping of the transport.
    Pong,
    /// An effect is finished.
    Outcome(Ticket, Outcome),
    /// The house says something unasked.
    Notice(Notice),
    /// The moment of the last [`Output::WakeAt`] has come.
    Deadline,
}

/// Names one effect of one session; the session chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u32);

/// What the house tells a session unasked.
#[derive(Clone, Debug)]
pub enum Notice {
    /// The connection no longer follows the channel's stream: publications were missed. The subscription still
    /// stands, but nothing is delivered for it any more; the session must give it up with [`Output::Unsubscribe`]
    /// or close.
    Lost(ChannelKey),
    /// The token that allowed this subscription is good no longer. The subscription still stands, and so does the
    /// connection; the session must give it up with [`Output::Unsubscribe`] or close.
    Revoked(ChannelKey, Cure),
    /// An operator or a backend wants something of this connection.
    Order(Order),
}

/// What an operator or a backend can want of a connection.
#[derive(Clone, Debug)]
pub enum Order {
    /// Subscribe it to a channel.
    Subscribe {
        /// Which one, and with what.
        subscription: ServerSubscription,
        /// Recover publications after this position.
        since: Option<Position>,
        /// When the subscription ends.
        expires: Option<UnixSeconds>,
    },
    /// End one subscription.
    Unsubscribe {
        /// The channel's name.
        channel: Box<str>,
        /// What the client is told; the door has its own default.
        code: Option<(u32, Box<str>)>,
    },
    /// End the connection with this code.
    Disconnect(Close),
    /// End the connection with the door's own code.
    End(Ending),
    /// Change when, and whether, the connection expires.
    Refresh {
        /// It has expired already.
        expired: bool,
        /// When it will; `None`: never.
        expires: Option<UnixSeconds>,
        /// What others see of the connection from now on; `None` leaves it.
        info: Option<Bytes>,
    },
    /// What it came in with is good no longer; a client that can cure that itself is told to.
    Revoke(Cure),
    /// The node is going away: close with the code that brings the client back to another one.
    Drain,
}

/// What a session wants done. The house carries out the list in order.
#[derive(Debug)]
pub enum Output {
    /// Send one message to the peer.
    Send(Bytes),
    /// Send a ping of the transport.
    Ping,
    /// Carry out an effect and bring the outcome.
    Perform(Ticket, Effect),
    /// The reply that opened this subscription is on its way: let its publications follow. Until now they were held.
    Release(ChannelKey),
    /// End this subscription. Presence, the leave event and the broker follow from the subscription itself.
    Unsubscribe(ChannelKey),
    /// The presence interval has passed: say that the client is still there, and compare the position of the
    /// subscription with the broker's. If it is behind, a [`Notice::Lost`] follows.
    Tend(ChannelKey),
    /// The connection goes on with a new token; revocations find it by this from now on.
    Renew(Box<Credential>),
    /// A subscription goes on with a new token; revocations find it by this from now on.
    Regrant(ChannelKey, Box<Credential>),
    /// Say something in the room that the connection is in. Nothing is answered; what follows comes from the room.
    Call(room::Call),
    /// A message of the peer was none, and the door lets it pass: count it.
    Malformed,
    /// Wake the session then; replaces the wish before it.
    WakeAt(Moment),
    /// End the connection.
    Close(Close),
}

/// The list that a session appends to. The house keeps one and uses it again for each input.
#[derive(Debug, Default)]
pub struct Outputs(Vec<Output>);

impl Outputs {
    /// Appends an output.
    pub fn push(&mut self, output: Output) {
        self.0.push(output);
    }

    /// Takes every output, in order; the list keeps its memory.
    pub fn drain(&mut self) -> impl Iterator<Item = Output> + '_ {
        self.0.drain(..)
    }

    /// Whether nothing is wanted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A token on its way from the peer to the realms: it never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub Box<str>);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// What a session can ask the house to do.
#[derive(Debug)]
pub enum Effect {
    /// Who is the bearer of this token? `None`: the peer has none. Answer: [`Outcome::Identity`].
    Authenticate(Option<Token>),
    /// Who is the bearer of this token, which a consumer of the signal door brought from its own identity provider?
    /// Answer: [`Outcome::Identity`].
    AuthenticateConsumer(Token),
    /// What may the bearer of this subscription token do? Answer: [`Outcome::Grant`].
    Authorise(Token),
    /// Count the connection as one of this user's, so that limits and orders reach it. Whoever has shown more than one
    /// token is admitted with each: every one of them ends it. Answer: [`Outcome::Admitted`].
    Admit(Admission),
    /// Subscribe. Deliveries are held until [`Output::Release`]. Answer: [`Outcome::Subscribed`].
    Subscribe(Subscribe),
    /// Enter a room; a connection is in one at most. Answer: [`Outcome::Entered`].
    Enter(RoomKey, Box<room::Entry>),
    /// Publish. Answer: [`Outcome::Published`].
    Publish {
        /// Where.
        channel: ChannelKey,
        /// What; its position is the broker's to set.
        publication: Publication,
        /// How.
        options: PublishOptions,
    },
    /// Who is in the channel? Answer: [`Outcome::Presence`].
    Presence(ChannelKey),
    /// How many are in the channel? Answer: [`Outcome::PresenceStats`].
    PresenceStats(ChannelKey),
    /// What was published? Answer: [`Outcome::History`].
    History {
        /// Where.
        channel: ChannelKey,
        /// Which part.
        query: HistoryQuery,
        /// How long the position lives on.
        meta_ttl: Duration,
    },
}

/// A connection that has said who it is.
#[derive(Clone, Debug)]
pub struct Admission {
    /// Its tenant.
    pub organisation: OrganisationId,
    /// Its user.
    pub user: UserId,
    /// The user is one person, whose connections are counted together; or a label that many may bear.
    pub is_person: bool,
    /// The user's other connections have to go.
    pub exclusive: bool,
    /// What revocations know its token by.
    pub credential: Credential,
}

/// A subscription as the house sees it.
#[derive(Debug)]
pub struct Subscribe {
    /// To what.
    pub channel: ChannelKey,
    /// How the receiver wants to read what happens there.
    pub form: Form,
    /// What revocations know the token by that allows it; `None`: it needs none.
    pub grant: Option<Box<Credential>>,
    /// Who subscribes, as others see it.
    pub info: Arc<ClientInfo>,
    /// Whether it is counted as present.
    pub presence: bool,
    /// Whether others are told of its coming and going.
    pub announces: bool,
    /// Whether it is told of others' coming and going.
    pub hears: bool,
    /// Whether it follows the stream without a gap; `None`: it takes what comes.
    pub following: Option<Following>,
}

/// How a subscription follows its channel's stream.
#[derive(Debug)]
pub struct Following {
    /// Where the client stands; `None`: it starts now.
    pub recover: Option<Recover>,
    /// How long the position lives on.
    pub meta_ttl: Duration,
}

/// A wish to be given what was missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recover {
    /// The last position that the client knows.
    pub since: Position,
    /// What counts as recovered.
    pub mode: RecoveryMode,
    /// No more publications than this.
    pub limit: u32,
    /// Refuse the subscription with [`Fault::Unrecoverable`] rather than start without what was missed.
    pub strict: bool,
}

/// What a client wants back after an absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryMode {
    /// Every publication since its position.
    Stream,
    /// The latest publication, if it does not have it yet.
    Cache,
}

/// The answer to an effect.
#[derive(Debug)]
pub enum Outcome {
    /// To [`Effect::Authenticate`] and [`Effect::AuthenticateConsumer`].
    Identity(Result<Box<Identity>, Refused>),
    /// To [`Effect::Authorise`].
    Grant(Result<Box<SubscriptionGrant>, Refusal>),
    /// To [`Effect::Admit`].
    Admitted(Result<(), NotAdmitted>),
    /// To [`Effect::Enter`].
    Entered(Result<(), room::NotEntered>),
    /// To [`Effect::Subscribe`].
    Subscribed(Result<Subscribed, Fault>),
    /// To [`Effect::Publish`].
    Published(Result<(), Fault>),
    /// To [`Effect::Presence`].
    Presence(Result<Vec<Arc<ClientInfo>>, Fault>),
    /// To [`Effect::PresenceStats`].
    PresenceStats(Result<PresenceStats, Fault>),
    /// To [`Effect::History`].
    History(Result<HistoryPage, Fault>),
}

/// A subscription that stands.
#[derive(Debug, Default)]
pub struct Subscribed {
    /// Where the stream stands, for a subscription that follows it.
    pub position: Option<Position>,
    /// What became of the wish to recover; `None`: there was none.
    pub recovery: Option<Recovery>,
}

/// What became of a wish to recover.
#[derive(Debug)]
pub struct Recovery {
    /// Whether the client now has everything up to the position.
    pub recovered: bool,
    /// What it missed, oldest first; empty unless recovered.
    pub publications: Vec<Arc<Publication>>,
}

/// A token that was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub refusal: Refusal,
    /// The codes that the bearer understands, as far as it can be told whose client it is.
    pub profile: Profile,
}

/// Why a token was not taken: as much as a peer may learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no token, and anonymous connections are not welcome.
    Missing,
    /// It is no token at all: its shape, its encoding or its JSON is wrong.
    Malformed,
    /// The token was good once, and a fresh one may be good again.
    Expired,
    /// The token is not good. Why, only the operator learns.
    Invalid,
    /// The token is good but names nobody, and that is not welcome.
    Anonymous,
    /// It cannot be told now: try again.
    Unavailable,
}

/// Why a connection was not counted as one of its user's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdmitted {
    /// The user has as many connections as he may have.
    Full,
    /// The token was revoked after it was verified.
    Revoked(Cure),
}

impl From<Cure> for Refusal {
    /// What a revoked token is to its bearer: as good as expired where a fresh one helps, and worth nothing elsewhere.
    fn from(cure: Cure) -> Self {
        if cure.is_a_fresh_token() { Self::Expired } else { Self::Invalid }
    }
}

/// Why the house could not do what a session asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The position that the client knows is not in the stream any more.
    Unrecoverable,
    /// Too much at once: try again.
    Overloaded,
    /// Something behind the house does not answer: try again.
    Unavailable,
    /// This installation does not have that feature.
    NotSupported,
}
