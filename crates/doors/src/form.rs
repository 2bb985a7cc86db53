//! How what happens in a channel is written for one kind of receiver.
//!
//! A publication is written once for each form in use and shared by every receiver of that form. A door with
//! another way of writing adds its forms here.

use vestibule_model::{ChannelEvent, ChannelKey, Close};

use crate::centrifuge::wire::{self, Encoding};

/// One way of writing channel events, shared by all receivers that read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// The Centrifuge protocol in JSON.
    CentrifugeJson,
    /// The Centrifuge protocol in Protobuf.
    CentrifugeProtobuf,
}

impl Form {
    /// How many forms there are: [`Form::index`] is below it.
    pub const COUNT: usize = 2;

    /// A small number for tables by form.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Whether messages of this form are text (UTF-8) to the transport.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::CentrifugeJson)
    }

    /// Appends the event as one message of this form to `message`.
    ///
    /// # Errors
    /// When a receiver of this form cannot be told (bytes that are not JSON for a JSON client): the reason to close
    /// such a receiver's connection.
    pub fn write(
        self,
        channel: &ChannelKey,
        event: &ChannelEvent,
        message: &mut Vec<u8>,
    ) -> Result<(), Close> {
        let encoding = match self {
            Self::CentrifugeJson => Encoding::Json,
            Self::CentrifugeProtobuf => Encoding::Protobuf,
        };
        wire::write_event(encoding, channel.name(), event, message)
    }
}
