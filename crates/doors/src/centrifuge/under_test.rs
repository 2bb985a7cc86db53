//! The door as the suite of all doors sees it.

use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{ClientId, Identity, Now, OrganisationId, UserId};

use super::codes::disconnect;
use super::rules::{Permission, Rules};
use super::session::{Opening, Session};
use super::wire::{self, Commands, Encoding, client};
use crate::contract::Outputs;
use crate::suite::DoorUnderTest;

/// This door, whose channels have everything and are open to everyone who is signed in.
#[derive(Clone, Copy, Debug)]
pub struct CentrifugeDoor(pub Encoding);

/// What its peers say after the first message, in JSON; each may be several commands.
const LATER: [&str; 11] = [
    r#"{"id":2,"subscribe":{"channel":"a"}}"#,
    r#"{"id":2,"subscribe":{"channel":"b","token":"b"}}"#,
    r#"{"id":2,"subscribe":{"channel":"c","recoverable":true,"recover":true,"offset":3,"epoch":"epoch"}}"#,
    "{\"id\":2,\"unsubscribe\":{\"channel\":\"a\"}}\n{\"id\":3,\"subscribe\":{\"channel\":\"a\"}}",
    r#"{"id":2,"unsubscribe":{"channel":"c"}}"#,
    "{\"id\":2,\"publish\":{\"channel\":\"a\",\"data\":1}}\n{\"id\":3,\"publish\":{\"channel\":\"b\",\"data\":2}}",
    r#"{"id":2,"presence":{"channel":"a"}}"#,
    r#"{"id":2,"presence_stats":{"channel":"a"}}"#,
    r#"{"id":2,"history":{"channel":"a","limit":5}}"#,
    r#"{"id":2,"refresh":{"token":"t"}}"#,
    r#"{"id":2,"sub_refresh":{"channel":"b","token":"b"}}"#,
];

impl CentrifugeDoor {
    fn message(self, json: &str) -> Vec<u8> {
        let commands: Vec<_> = Commands::new(Encoding::Json, json.as_bytes()).flatten().collect();
        client::write(self.0, &commands).expect("commands that were read from JSON carry JSON")
    }
}

impl DoorUnderTest for CentrifugeDoor {
    type Session = Session;

    fn open(&self, now: Now, outputs: &mut Outputs) -> Session {
        let opening = Opening {
            client: ClientId::from_random([1; 16]),
            encoding: self.0,
            frame_pings: false,
            jitter: 17,
            rules: Arc::new(rules()),
        };
        Session::open(opening, now, outputs)
    }

    fn first_message(&self) -> Vec<u8> {
        self.message(r#"{"id":1,"connect":{"token":"t"}}"#)
    }

    fn later_messages(&self) -> Vec<Vec<u8>> {
        LATER.iter().map(|json| self.message(json)).collect()
    }

    fn pong_to(&self, message: &[u8]) -> Option<Vec<u8>> {
        let ping = wire::ping(self.0);
        (message == ping).then(|| ping.to_vec())
    }

    fn identity(&self) -> Identity {
        Identity {
            user: UserId::new("42"),
            ..Identity::anonymous("test".into(), OrganisationId::from_verified("org"))
        }
    }

    fn channels(&self) -> Vec<&'static str> {
        vec!["a", "b", "c", "unknown:d"]
    }

    fn stale_after(&self) -> Duration {
        Rules::default().client.stale_close_delay
    }

    fn reconnects(&self, code: u16) -> bool {
        disconnect::reconnects(code)
    }
}

fn rules() -> Rules {
    let clients = Permission { client: true, ..Permission::default() };
    let mut rules = Rules::default();
    let channel = &mut rules.namespaces.without;
    channel.presence = true;
    channel.join_leave = true;
    channel.history_size = 10;
    channel.history_ttl = Duration::from_secs(60);
    channel.allow_recovery = true;
    channel.allow_subscribe = clients;
    channel.allow_publish = clients;
    channel.allow_presence = clients;
    channel.allow_history = clients;
    rules
}

#[cfg(test)]
mod json {
    use super::{CentrifugeDoor, Encoding};

    crate::door_suite!(CentrifugeDoor(Encoding::Json));
}

#[cfg(test)]
mod protobuf {
    use super::{CentrifugeDoor, Encoding};

    crate::door_suite!(CentrifugeDoor(Encoding::Protobuf));
}
