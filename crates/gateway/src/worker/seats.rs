//! How many connections a user, or a room token, may have on this node.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use vestibule_doors::contract::NotAdmitted;
use vestibule_model::{OrganisationId, UnixSeconds, UserId};

type Taken = Mutex<HashMap<Holder, u32, RandomState>>;

/// The seats of a node, shared by its workers. It is asked once for each connection, and only where a limit is set.
#[derive(Clone)]
pub struct Seats {
    limit: Option<NonZeroU32>,
    limit_of_tokens: Option<NonZeroU32>,
    taken: Arc<Taken>,
}

/// Who has seats.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Holder {
    User(OrganisationId, UserId),
    /// A token for that room, which was issued then. Tokens of one second differ in nothing that a connection keeps.
    Token(OrganisationId, UserId, Option<UnixSeconds>),
}

/// A seat that is given back when it is dropped.
pub struct Seat {
    taken: Arc<Taken>,
    holder: Holder,
}

impl Seats {
    /// At most `limit` connections for each user, and `limit_of_tokens` for each room token; `None`: as many as come.
    pub fn new(limit: Option<NonZeroU32>, limit_of_tokens: Option<NonZeroU32>) -> Self {
        Self { limit, limit_of_tokens, taken: Arc::default() }
    }

    /// Takes a seat of a user's.
    ///
    /// # Errors
    /// When the user has as many as he may have.
    pub fn take(&self, organisation: &OrganisationId, user: &UserId) -> Result<Option<Seat>, NotAdmitted> {
        self.seat(self.limit, || Holder::User(organisation.clone(), user.clone()))
    }

    /// Takes a seat of a room token's, whose user is its room. Nobody has brought none.
    ///
    /// # Errors
    /// When the token has as many as it may have.
    pub fn take_by_token(
        &self,
        organisation: &OrganisationId,
        room: &UserId,
        issued: Option<UnixSeconds>,
    ) -> Result<Option<Seat>, NotAdmitted> {
        let limit = self.limit_of_tokens.filter(|_| !room.is_anonymous());
        self.seat(limit, || Holder::Token(organisation.clone(), room.clone(), issued))
    }

    fn seat(
        &self,
        limit: Option<NonZeroU32>,
        holder: impl FnOnce() -> Holder,
    ) -> Result<Option<Seat>, NotAdmitted> {
        let Some(limit) = limit else { return Ok(None) };
        let holder = holder();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(holder.clone()).or_default();
        if *count >= limit.get() {
            return Err(NotAdmitted::Full);
        }
        *count += 1;
        Ok(Some(Seat { taken: Arc::clone(&self.taken), holder }))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_when_its_holder_is_gone() {
        let (organisation, user) = (OrganisationId::from_verified("o"), UserId::new("u"));
        let seats = Seats::new(NonZeroU32::new(1), None);
        let seat = seats.take(&organisation, &user);
        assert!(matches!(seat, Ok(Some(_))));
        assert!(seats.take(&organisation, &user).is_err());
        drop(seat);
        assert!(seats.take(&organisation, &user).is_ok());
    }

    #[test]
    fn a_room_token_has_seats_of_its_own_and_who_brought_none_is_not_counted() {
        let (organisation, room) = (OrganisationId::from_verified("o"), UserId::new("room"));
        let seats = Seats::new(NonZeroU32::new(1), NonZeroU32::new(1));
        let take = |issued| seats.take_by_token(&organisation, &room, Some(UnixSeconds(issued)));
        let _seat = take(7).expect("a seat");
        assert!(take(7).is_err());
        assert!(take(8).is_ok(), "another token of the room");
        assert!(seats.take(&organisation, &room).is_ok(), "a user of that name");
        let nobody = || seats.take_by_token(&organisation, &UserId::anonymous(), None);
        assert!([nobody(), nobody()].iter().all(|seat| matches!(seat, Ok(None))));
    }
}
