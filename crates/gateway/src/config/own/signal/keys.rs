//! Keys that sign room tokens: the one that signs now, those before it, and the public one beside them.

use vestibule_auth::Algorithm;
use vestibule_auth::issue::{Issuer, RoomTokens};

use super::options::SignalOptions;
use crate::config::own::issuer::{KeyTexts, issuer_of};
use crate::config::written::Notes;

/// Whether there is a private key, good or not.
pub(super) fn is_given(written: &SignalOptions) -> bool {
    written.private_key.is_some() || !written.private_key_file.is_empty()
}

/// What signs room tokens; `None` when nothing does, or what is wrong with it was said.
pub(super) fn room_tokens(written: &SignalOptions, notes: &mut Notes) -> Option<RoomTokens> {
    let texts = KeyTexts {
        inline: &written.private_key,
        file: &written.private_key_file,
        previous: &written.previous_key_files,
    };
    let issuer: Issuer = issuer_of("signal", "private_key", texts, Some(Algorithm::EdDsa), notes)?;
    let tokens = RoomTokens::new(issuer);
    if !written.public_key.is_empty()
        && let Err(fault) = tokens.check_pair(&written.public_key)
    {
        notes.complain("signal.public_key", fault.to_string());
        return None;
    }
    Some(tokens)
}
