//! Where: the key of a channel.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::OrganisationId;

/// The protocol that a channel belongs to: channels of different doors never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Door {
    /// The Centrifuge protocol.
    Centrifuge,
    /// WebRTC signaling.
    Signal,
}

/// A channel: (organisation, door, name). The unit of order, history, presence and fan-out.
///
/// It cannot be built without an organisation, so no frame can name another tenant's channel. Cloning costs one
/// reference count: the key is held by every subscription.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChannelKey(Arc<Parts>);

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Parts {
    organisation: OrganisationId,
    door: Door,
    name: Box<str>,
}

impl ChannelKey {
    /// The channel `name` of that organisation behind that door.
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

impl Hash for ChannelKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.name.hash(state);
        self.0.organisation.hash(state);
    }
}

impl fmt::Debug for ChannelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChannelKey({}/{:?}/{})", self.0.organisation.as_str(), self.0.door, self.0.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_in_two_organisations_is_two_channels() {
        let a = ChannelKey::new(&OrganisationId::from_verified("a"), Door::Centrifuge, "news");
        let b = ChannelKey::new(&OrganisationId::from_verified("b"), Door::Centrifuge, "news");
        assert_ne!(a, b);
        assert_eq!(a, ChannelKey::new(a.organisation(), Door::Centrifuge, "news"));
    }
}
