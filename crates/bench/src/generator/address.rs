//! Sockets to the server, each run from loopback addresses of its own.
//!
//! A closed connection keeps its pair of addresses busy for a minute; a run that reused the last run's address would
//! starve of ports. So each run binds to fresh addresses of 127.0.0.0/8, and every socket ends with a reset.

use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};
use std::time::Duration;

use rustix::net::sockopt::{set_socket_linger, set_tcp_nodelay};
use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with};

use crate::failure::Doing;

/// Connections from one address; the kernel's range of ephemeral ports holds about 28,000.
const PER_ADDRESS: u32 = 8_000;
/// 127.1.0.0 to 127.254.255.255, without the addresses that other programs use.
const FIRST: u32 = 0x7F01_0000;
const COUNT: u32 = 0x00FE_0000;

/// Source addresses in a row from a random beginning.
pub(crate) struct Addresses {
    next: u32,
    used: u32,
}

impl Addresses {
    /// Begins at the place that `dice` picks.
    pub(crate) fn new(dice: u64) -> Self {
        let place = dice % u64::from(COUNT);
        Self { next: u32::try_from(place).unwrap_or(0), used: 0 }
    }

    fn take(&mut self) -> Ipv4Addr {
        self.used += 1;
        if self.used > PER_ADDRESS {
            self.used = 1;
            self.next = (self.next + 1) % COUNT;
        }
        Ipv4Addr::from_bits(FIRST + self.next)
    }

    /// Opens a connection to the server on `port`; it is non-blocking, unbuffered, and ends with a reset.
    pub(crate) fn open(&mut self, port: u16) -> crate::Result<TcpStream> {
        let source = SocketAddrV4::new(self.take(), 0);
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, SocketFlags::CLOEXEC, None)
            .doing("opening a socket")?;
        bind(&socket, &source).doing("binding a socket to a loopback address")?;
        connect(&socket, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)).doing("connecting to the server")?;
        set_socket_linger(&socket, Some(Duration::ZERO)).doing("asking for a reset at the end")?;
        set_tcp_nodelay(&socket, true).doing("switching off Nagle's algorithm")?;
        let stream = TcpStream::from(socket);
        stream.set_nonblocking(true).doing("making a socket non-blocking")?;
        Ok(stream)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_left_before_its_ports_run_out() {
        let mut addresses = Addresses::new(7);
        let first: Vec<_> = (0..PER_ADDRESS).map(|_| addresses.take()).collect();
        assert!(first.iter().all(|address| *address == first[0]));
        assert_ne!(addresses.take(), first[0]);
    }

    #[test]
    fn every_source_is_a_loopback_address_that_nobody_else_uses() {
        for dice in [0, 1, u64::from(COUNT) - 1, u64::MAX] {
            let address = Addresses::new(dice).take();
            assert!(address.is_loopback() && address.octets()[1] != 0, "{address}");
        }
    }
}
