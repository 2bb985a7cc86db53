//! A session in conversation with its peer and its house.
//!
//! [`pair`] is the harness: the peer speaks JSON text (which a Protobuf pair translates), the house answers when the
//! test says so, time passes when the test says so, and the suite's witness watches.

mod connect;
mod expiry;
mod malformed;
mod orders;
mod pair;
mod permissions;
mod ping;
mod presence_and_history;
mod profile;
mod publish;
mod recovery;
mod refresh;
mod rpc;
mod server_side;
mod size;
mod sub_refresh;
mod subscribe;
mod tick;
mod turns;
mod unsubscribe;
