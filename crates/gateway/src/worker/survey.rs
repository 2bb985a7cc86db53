//! What can be asked of all workers at once.

use std::collections::HashMap;

use vestibule_model::OrganisationId;

/// A question to every worker.
#[derive(Clone, Debug)]
pub enum Question {
    /// Are you there?
    Here,
    /// Which channels of this organisation have subscribers?
    Channels(OrganisationId),
    /// How much of everything does this organisation have?
    Counts(OrganisationId),
}

/// One worker's answer.
#[derive(Debug)]
pub enum Survey {
    /// Yes.
    Here,
    /// Channels by name, with the number of subscribers on that worker.
    Channels(HashMap<Box<str>, usize>),
    /// How much there is on that worker.
    Counts(Counts),
}

/// How much there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that have said who they are.
    pub clients: usize,
    /// Names of the users among them; a user may be on several workers.
    pub users: Vec<Box<str>>,
    /// Names of the channels with subscribers; a channel may be on several workers.
    pub channels: Vec<Box<str>>,
    /// Subscriptions.
    pub subscriptions: usize,
}
