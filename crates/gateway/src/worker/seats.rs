//! How many connections a user may have on this node.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use vestibule_doors::contract::NotAdmitted;
use vestibule_model::{OrganisationId, UserId};

type Taken = Mutex<HashMap<(OrganisationId, UserId), u32, RandomState>>;

/// The seats of a node, shared by its workers. It is asked once for each connection, and only where a limit is set.
#[derive(Clone)]
pub struct Seats {
    limit: Option<NonZeroU32>,
    taken: Arc<Taken>,
}

/// A seat that is given back when it is dropped.
pub struct Seat {
    taken: Arc<Taken>,
    who: (OrganisationId, UserId),
}

impl Seats {
    /// At most `limit` connections for each user; `None`: as many as he likes.
    pub fn new(limit: Option<NonZeroU32>) -> Self {
        Self { limit, taken: Arc::default() }
    }

    /// Takes a seat.
    ///
    /// # Errors
    /// When the user has as many as he may have.
    pub fn take(&self, organisation: &OrganisationId, user: &UserId) -> Result<Option<Seat>, NotAdmitted> {
        let Some(limit) = self.limit else { return Ok(None) };
        let who = (organisation.clone(), user.clone());
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(who.clone()).or_default();
        if *count >= limit.get() {
            return Err(NotAdmitted::Full);
        }
        *count += 1;
        Ok(Some(Seat { taken: Arc::clone(&self.taken), who }))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.who);
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
        let seats = Seats::new(NonZeroU32::new(1));
        let seat = seats.take(&organisation, &user);
        assert!(matches!(seat, Ok(Some(_))));
        assert!(seats.take(&organisation, &user).is_err());
        drop(seat);
        assert!(seats.take(&organisation, &user).is_ok());
    }
}
