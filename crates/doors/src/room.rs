//! What a session and a room say to each other.
//!
//! A room is a state machine as a session is, and belongs to one worker: everything that is said in it comes in one
//! order. Sessions reach it through the house, from whichever worker they live on.

use bytes::Bytes;
use vestibule_model::Moment;

/// A wish to be a member of a room.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The name under which the others reach the member.
    pub id: Box<str>,
    /// It did not choose the name: if somebody has it, it goes by this one instead, and puts nobody out.
    pub otherwise: Option<Box<str>>,
    /// What it has shown for its id.
    pub proof: Proof,
    /// As what it comes.
    pub role: Role,
    /// Whether it wants to hear who comes and goes.
    pub hears: bool,
}

/// What a member has shown for its id. Nobody takes an id from one who has shown more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// Nothing. It takes an id only from those who are nobody yet.
    Nothing,
    /// A token of the room.
    Room,
    /// A token that is bound to the id.
    Id,
}

/// What a member is to the others.
#[derive(Clone, Debug, PartialEq)]
pub enum Role {
    /// It has not said yet. It can be reached by those who know its id, and is listed nowhere.
    Pending,
    /// It has been silent for so long that it counts as a peer until it says otherwise.
    Provisional,
    /// A peer: it meets its equals, and serves consumers if it says so.
    Normal(Service),
    /// One who is served by peers and meets no other consumer.
    Consumer,
}

/// What a peer offers to consumers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Service {
    /// It said that it is a peer. One that only did not say otherwise is never offered to consumers.
    pub declared: bool,
    /// It serves consumers.
    pub serves: bool,
    /// How many sessions it takes; `None`: any number. In sessions.
    pub capacity: Option<f64>,
    /// How many it has. In sessions.
    pub sessions: f64,
}

/// What a member says in its room.
#[derive(Clone, Debug)]
pub enum Call {
    /// What it is, from now on.
    Register {
        /// As what.
        role: Role,
        /// Whether it wants to hear who comes and goes.
        hears: bool,
    },
    /// How a peer is doing.
    Heartbeat(Load),
    /// A message for another member.
    Relay {
        /// The message.
        letter: Letter,
        /// When it arrived.
        arrived: Moment,
    },
}

/// How a peer is doing; what is `None`, it did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Load {
    /// How many sessions it has.
    pub sessions: Option<f64>,
    /// Whether it serves consumers.
    pub serves: Option<bool>,
    /// How many sessions it takes.
    pub capacity: Option<f64>,
}

/// A message of one member for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The id of the receiver as the sender wrote it.
    pub to: Receiver,
    /// Whether it begins something: consumers may only begin with peers that said what they are.
    pub is_offer: bool,
    /// The members of the JSON object that the receiver gets, without the braces and without `from` and `fromRole`,
    /// which the room adds.
    pub members: Bytes,
}

/// For whom a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// The member of this id.
    Id(Box<str>),
    /// Something that is no id, as an error message spells it.
    Nobody(Box<str>),
}

/// Why one is not a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotEntered {
    /// A member who has proven more holds the id, or two have fought for it for too long.
    IdTaken,
    /// The room has as many members as it may have.
    RoomFull,
    /// There are as many rooms as there may be.
    NoMoreRooms,
}
