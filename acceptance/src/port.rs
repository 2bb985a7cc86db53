//! Ports for servers.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Below the ports that the kernel gives to clients, or one of them could get between choosing a port and listening.
const FIRST: u32 = 16_000;
const COUNT: u32 = 16_000;

/// Far enough from each other that two runs do not try the same ports one after the other.
const BETWEEN_RUNS: u32 = 97;

static TAKEN: AtomicU32 = AtomicU32::new(0);

/// An address of this machine that nobody listens to, and that no other test of this run gets.
pub fn free() -> SocketAddr {
    loop {
        let step = TAKEN.fetch_add(1, Ordering::Relaxed);
        assert!(step < COUNT, "no port is free");
        let start = process::id().wrapping_mul(BETWEEN_RUNS);
        let port = FIRST + start.wrapping_add(step) % COUNT;
        let address = (Ipv4Addr::LOCALHOST, u16::try_from(port).unwrap()).into();
        // A plain listener is refused where any other listens, even one that would share the port.
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
