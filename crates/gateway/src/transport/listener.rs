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
    let address = claim(address)?;
    (0..count).map(|_| bind_one(address)).collect()
}

/// Sockets that share a port share it with other processes of the same user too: a second house would quietly take
/// half of the connections. So the address is first taken alone, which fails when anybody listens there.
fn claim(address: SocketAddr) -> io::Result<SocketAddr> {
    let socket = socket(address)?;
    socket.bind(&address.into())?;
    socket.listen(1)?;
    TcpListener::from(socket).local_addr()
}

fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // `[::]` means every address of the machine, whatever the system's default for that is.
        socket.set_only_v6(false)?;
    }
    Ok(socket)
}

fn bind_one(address: SocketAddr) -> io::Result<Listener> {
    let socket = socket(address)?;
    socket.set_reuse_port(true)?;
    // Inherited by accepted sockets, which saves a call for each of them.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}
