//! The door as the suite of all doors sees it.

use std::sync::Arc;
use std::time::Duration;

use vestibule_model::{ClientId, Identity, Now, OrganisationId, UserId};

use super::codes;
use super::rules::Rules;
use super::session::{Opening, Session};
use crate::contract::Outputs;
use crate::suite::DoorUnderTest;

/// This door, with tokens and with consumers.
#[derive(Clone, Copy, Debug)]
pub struct SignalDoor;

/// What its peers say after the query.
const LATER: [&str; 9] = [
    r#"{"type":"register","nodeId":"a","role":"normal","capacity":5,"presence":true}"#,
    r#"{"type":"register","nodeId":"a"}"#,
    r#"{"type":"register","role":"consumer","token":"t"}"#,
    r#"{"type":"offer","to":"b","sdp":{}}"#,
    r#"{"type":"answer","to":"b","sdp":{}}"#,
    r#"{"type":"ice-candidate","to":null,"candidate":{}}"#,
    r#"{"type":"heartbeat","load":{"sessions":1}}"#,
    r#"{"type":"unheard of"}"#,
    "null",
];

impl SignalDoor {
    /// The rules by which it is tested.
    pub fn rules() -> Rules {
        Rules { takes_consumers: true, messages_per_second: None, ..Rules::default() }
    }
}

impl DoorUnderTest for SignalDoor {
    type Session = Session;

    fn open(&self, now: Now, outputs: &mut Outputs) -> Session {
        let rules = Arc::new(Self::rules());
        let opening = Opening { client: ClientId::from_random([1; 16]), jitter: 7, rules };
        Session::open(opening, now, outputs)
    }

    fn first_message(&self) -> Vec<u8> {
        b"token=t&room=42".to_vec()
    }

    fn later_messages(&self) -> Vec<Vec<u8>> {
        LATER.iter().map(|message| message.as_bytes().to_vec()).collect()
    }

    fn pong_to(&self, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn identity(&self) -> Identity {
        Identity {
            user: UserId::new("42"),
            ..Identity::anonymous("test".into(), OrganisationId::from_verified("org"))
        }
    }

    fn channels(&self) -> Vec<&'static str> {
        vec!["a"]
    }

    fn stale_after(&self) -> Duration {
        Rules::default().stale_close_delay
    }

    fn reconnects(&self, code: u16) -> bool {
        // Clients of this door come back after any code.
        code == codes::SHUTDOWN.code
    }
}

#[cfg(test)]
mod suite {
    crate::door_suite!(super::SignalDoor);
}
