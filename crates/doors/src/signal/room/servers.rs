//! By whom consumers are served.

use super::member::Member;
use crate::room::{Role, Service};

/// Whether it is offered to consumers: it said that it is a peer, serves them, and has room.
pub(super) fn serves(service: &Service) -> bool {
    service.declared && service.serves && service.capacity.is_none_or(|capacity| service.sessions < capacity)
}

/// Those who serve, in their places, beginning at the pointer.
pub(super) fn rotated<'a, M: 'a>(
    members: impl Iterator<Item = &'a Member<M>>,
    pointer: usize,
) -> impl Iterator<Item = &'a str> {
    let mut servers: Vec<&str> = members
        .filter(|member| matches!(&member.role, Role::Normal(service) if serves(service)))
        .map(|member| &*member.id)
        .collect();
    if !servers.is_empty() {
        let first = pointer % servers.len();
        servers.rotate_left(first);
    }
    servers.into_iter()
}
