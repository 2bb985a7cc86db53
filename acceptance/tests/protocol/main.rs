//! What every server of the Centrifuge protocol does on the wire. Run against the house, or against the server that
//! `ACCEPTANCE_SERVER` names, which tells whether a test or a server is wrong.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says by a panic what is wrong")]

mod bounds;
mod commands;
mod delivery;
mod framing;
mod goodbye;
mod recovery;
mod upgrade;
