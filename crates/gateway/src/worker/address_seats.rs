//! How many connections may come from one address, and how fast.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use vestibule_model::Moment;

use crate::rate::{Meters, Rate};

/// Addresses whose new connections are counted apart.
const METERS: usize = 16_384;

type Taken = Mutex<HashMap<IpAddr, u32, RandomState>>;

/// The seats of addresses on a node, shared by its workers.
#[derive(Debug)]
pub struct AddressSeats {
    limit: Option<NonZeroU32>,
    taken: Arc<Taken>,
    rate: Option<Meters>,
}

/// A seat that is given back when it is dropped.
#[derive(Debug)]
pub struct AddressSeat {
    taken: Arc<Taken>,
    address: IpAddr,
}

/// Too many connections come from that address.
#[derive(Debug, PartialEq, Eq)]
pub struct AddressFull;

impl AddressSeats {
    /// At most `limit` connections at a time from one address, and `per_second` new ones; `None`: as many as come.
    pub fn new(limit: Option<NonZeroU32>, per_second: Option<NonZeroU32>) -> Self {
        let rate = per_second.map(|count| Meters::new(Rate::per_second(count), METERS));
        Self { limit, taken: Arc::default(), rate }
    }

    /// As many as come, from wherever.
    pub fn without_bounds() -> Self {
        Self::new(None, None)
    }

    /// Takes a seat; `None`: nothing is counted.
    ///
    /// # Errors
    /// When too many come from there.
    pub fn take(&self, address: IpAddr, now: Moment) -> Result<Option<AddressSeat>, AddressFull> {
        let address = network(address);
        if self.rate.as_ref().is_some_and(|rate| !rate.take(address, now)) {
            return Err(AddressFull);
        }
        let Some(limit) = self.limit else { return Ok(None) };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(address).or_default();
        if *count >= limit.get() {
            return Err(AddressFull);
        }
        *count += 1;
        Ok(Some(AddressSeat { taken: Arc::clone(&self.taken), address }))
    }
}

impl Drop for AddressSeat {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.address);
            }
        }
    }
}

/// Whoever has one address of IPv6 has 2^64 of them.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::ZERO;

    fn at(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_seat_is_free_again_when_its_connection_is_gone() {
        let seats = AddressSeats::new(NonZeroU32::new(1), None);
        let seat = seats.take(at("192.0.2.1"), NOW);
        assert!(matches!(seat, Ok(Some(_))));
        assert!(seats.take(at("192.0.2.1"), NOW).is_err());
        assert!(seats.take(at("192.0.2.2"), NOW).is_ok(), "another address has its own");
        drop(seat);
        assert!(seats.take(at("192.0.2.1"), NOW).is_ok());
    }

    #[test]
    fn addresses_of_one_network_of_ipv6_are_one_and_those_of_ipv4_in_it_are_not() {
        let seats = AddressSeats::new(NonZeroU32::new(1), None);
        let _one = seats.take(at("2001:db8::1"), NOW).expect("room");
        assert!(seats.take(at("2001:db8::ffff:1"), NOW).is_err());
        assert!(seats.take(at("2001:db8:0:1::1"), NOW).is_ok());
        let _other = seats.take(at("::ffff:192.0.2.1"), NOW).expect("room");
        assert!(seats.take(at("192.0.2.1"), NOW).is_err());
        assert!(seats.take(at("::ffff:192.0.2.2"), NOW).is_ok());
    }

    #[test]
    fn new_connections_come_as_fast_as_they_may() {
        let seats = AddressSeats::new(None, NonZeroU32::new(2));
        let taken: Vec<_> = (0..3).map(|_| seats.take(at("192.0.2.1"), NOW).is_ok()).collect();
        assert_eq!(taken, [true, true, false]);
        assert!(seats.take(at("192.0.2.1"), Moment::from_millis(500)).is_ok());
    }
}
