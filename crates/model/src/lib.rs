//! The nouns that every part of Vestibule shares.
//!
//! Nothing here reads a clock, a socket or a wire format: these are the words in which doors, brokers, realms and
//! the house talk to each other. In reading order:
//!
//! - [`moment`]: time as an argument;
//! - [`ids`]: organisation, user, client;
//! - [`channel`]: the key under which everything publishable lives;
//! - [`publication`]: what is published, and where it stands in its channel's stream;
//! - [`stream`]: what can be asked of a channel: history and presence;
//! - [`identity`]: what a verified token says; [`revocation`]: that it is good no longer;
//! - [`room`]: the key of a room, where peers meet by name;
//! - [`close`]: why a connection ends.

pub mod channel;
pub mod close;
pub mod identity;
pub mod ids;
pub mod moment;
pub mod publication;
pub mod revocation;
pub mod room;
pub mod stream;

pub use channel::{ChannelKey, Door};
pub use close::Close;
pub use identity::{ChannelOverride, Expiry, Identity, Profile, ServerSubscription, SubscriptionGrant};
pub use ids::{ClientId, OrganisationId, UserId};
pub use moment::{Moment, Now, UnixSeconds};
pub use publication::{ChannelEvent, ClientInfo, Delivery, Epoch, Position, Publication, Tags};
pub use revocation::{Credential, Cure, Revocation, Revoked};
pub use room::RoomKey;
pub use stream::{
    HistoryPage, HistoryQuery, IDEMPOTENCY_WINDOW, PresenceStats, PublishOptions, Published, Retention,
};
