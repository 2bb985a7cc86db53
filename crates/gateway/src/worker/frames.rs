//! Events of one channel as bytes for the wire, written once for each form in use.

use bytes::Bytes;
use smallvec::SmallVec;
use vestibule_doors::Form;
use vestibule_model::{ChannelEvent, ChannelKey, Close};
use vestibule_websocket::encode;

/// The events of one channel, and what has been written of them so far.
pub struct Frames<'a> {
    key: &'a ChannelKey,
    events: &'a [ChannelEvent],
    written: [Option<Result<Written, Close>>; Form::COUNT],
}

struct Written {
    /// Every event as a complete frame, one after the other.
    bytes: Bytes,
    /// Where each event's frame ends. Mostly there is one.
    ends: SmallVec<[usize; 8]>,
}

impl<'a> Frames<'a> {
    /// Nothing is written until somebody wants to read it.
    pub fn of(key: &'a ChannelKey, events: &'a [ChannelEvent]) -> Self {
        Self { key, events, written: [const { None }; Form::COUNT] }
    }

    /// The events themselves.
    pub fn events(&self) -> &'a [ChannelEvent] {
        self.events
    }

    /// All frames after the first `skip`, for a receiver of that form.
    ///
    /// # Errors
    /// When an event cannot be written in that form: why its receivers have to go.
    pub fn after(&mut self, form: Form, skip: usize) -> Result<Bytes, Close> {
        let (key, events) = (self.key, self.events);
        let written = self.written[form.index()].get_or_insert_with(|| write(key, events, form));
        match written {
            Ok(written) if skip == 0 => Ok(written.bytes.clone()),
            Ok(written) => {
                Ok(written.bytes.slice(written.ends.get(skip - 1).copied().unwrap_or(written.bytes.len())..))
            }
            Err(close) => Err(close.clone()),
        }
    }
}

/// A message as one frame.
pub fn frame(is_text: bool, message: &[u8]) -> Bytes {
    if is_text { encode::text(message) } else { encode::binary(message) }
}

fn write(key: &ChannelKey, events: &[ChannelEvent], form: Form) -> Result<Written, Close> {
    let mut message = Vec::new();
    let mut frames = SmallVec::<[Bytes; 8]>::new();
    for event in events {
        message.clear();
        form.write(key, event, &mut message)?;
        frames.push(frame(form.is_text(), &message));
    }
    let ends = frames.iter().scan(0, |end, frame| {
        *end += frame.len();
        Some(*end)
    });
    let ends = ends.collect();
    let bytes = if let [one] = &frames[..] { one.clone() } else { frames.concat().into() };
    Ok(Written { bytes, ends })
}
