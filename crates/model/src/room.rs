//! Where peers meet by name: the key of a room.

use std::fmt;
use std::sync::Arc;

use crate::{Door, OrganisationId};

/// A room: (organisation, door, name). Its members reach each other and nobody else.
///
/// Like a channel's key it cannot be built without an organisation. Cloning costs one reference count.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomKey(Arc<Parts>);

#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Parts {
    organisation: OrganisationId,
    door: Door,
    name: Box<str>,
}

impl RoomKey {
    /// The room `name` of that organisation behind that door.
    pub fn new(organisation: &OrganisationId, door: Door, name: &str) -> Self {
        Self(Arc::new(Parts { organisation: organisation.clone(), door, name: name.into() }))
    }

    /// The tenant that owns it.
    pub fn organisation(&self) -> &OrganisationId {
        &self.0.organisation
    }

    /// The protocol that it belongs to.
    pub fn door(&self) -> Door {
        self.0.door
    }

    /// The name that peers use.
    pub fn name(&self) -> &str {
        &self.0.name
    }
}

impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomKey({}/{:?}/{})", self.0.organisation.as_str(), self.0.door, self.0.name)
    }
}
