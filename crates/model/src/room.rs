//! Where peers meet by name: the key of a room.

use std::fmt;

use crate::{ChannelKey, Door, OrganisationId};

/// A room: (organisation, door, name). Its members reach each other and nobody else.
///
/// Like a channel's key it cannot be built without an organisation, and cloning costs one reference count; it is a type
/// of its own, so that nobody takes one for the other.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomKey(ChannelKey);

impl RoomKey {
    /// The room `name` of that organisation behind that door.
    pub fn new(organisation: &OrganisationId, door: Door, name: &str) -> Self {
        Self(ChannelKey::new(organisation, door, name))
    }

    /// The tenant that owns it.
    pub fn organisation(&self) -> &OrganisationId {
        self.0.organisation()
    }

    /// The name that peers use.
    pub fn name(&self) -> &str {
        self.0.name()
    }
}

impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomKey({}/{:?}/{})", self.organisation().as_str(), self.0.door(), self.name())
    }
}
