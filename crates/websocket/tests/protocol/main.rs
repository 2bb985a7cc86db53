//! The framing from outside: the cases of the well-known conformance suite by hand, then any sequence of messages in
//! any cut, and any bytes at all.

mod control_cases;
mod message_cases;
mod properties;
mod record;
