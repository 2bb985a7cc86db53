//! What the peer says it is.

use vestibule_model::Close;

use super::arrival::Wish;
use super::{Session, Standing};
use crate::contract::Outputs;
use crate::room::{Role, Service};
use crate::signal::codes;
use crate::signal::message::Register;

impl Session {
    /// The first one decides. A later one changes nothing, but a bad token in it is still a bad token.
    pub(super) fn register(&mut self, register: Register<'_>, outputs: &mut Outputs) -> Result<(), Close> {
        let is_first = !matches!(self.standing, Standing::Normal | Standing::Consumer);
        match (register.consumer, is_first) {
            (true, true) => self.ask_for_consumer(register, outputs),
            (true, false) => self.ask_again(register, outputs),
            (false, _) if self.hello.subject.is_none() => Err(codes::NO_ROOM_TOKEN),
            (false, true) => self.be(normal(register), outputs),
            (false, false) => Ok(()),
        }
    }
}

fn normal(register: Register<'_>) -> Wish {
    let service = Service {
        declared: register.declared,
        serves: register.serves,
        capacity: register.capacity,
        sessions: 0.0,
    };
    Wish {
        node_id: register.node_id.map(|id| id.into()),
        role: Role::Normal(service),
        hears: register.presence,
    }
}
