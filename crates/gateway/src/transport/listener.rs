//! Listening sockets that share one port.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that the kernel keeps for a worker that is busy. A reconnect storm fills it; past it peers try again.
const BACKLOG: i32 = 4096;

/// The listening socket of one worker.
pub type Listener = TcpListener;

/// Binds `count` sockets to one address; the kernel spreads connections over them. Port 0 takes any free port, the
/// same one for all of them.
///
/// # Errors
/// The operating system's: the address is in use, or not ours.
pub fn bind(address: SocketAddr, count: usize) -> io::Result<Vec<Listener>> {
    let first = bind_one(address)?;
    let address = first.local_addr()?;
    let mut listeners = vec![first];
    while listeners.len() < count {
        listeners.push(bind_one(address)?);
    }
    Ok(listeners)
}

fn bind_one(address: SocketAddr) -> io::Result<Listener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    // Inherited by accepted sockets, which saves a call for each of them.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
