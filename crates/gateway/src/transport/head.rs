//! The head of a request, read before anyone knows what it is.

use std::io;

use bytes::BytesMut;
use memchr::memmem;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The longest head, in bytes: room for a token in the query and the cookies of a whole domain.
pub const MAX_HEAD: usize = 16 << 10;

/// What ends a head.
const END: &[u8] = b"\r\n\r\n";

/// No more header lines than this are looked at.
pub const MAX_HEADERS: usize = 64;

/// Reads until the head of a request is complete. What follows it in the same reads stays behind it.
///
/// # Errors
/// The socket's; `UnexpectedEof` when the peer went away before; `InvalidData` when the head is too long.
pub async fn read(stream: &mut TcpStream) -> io::Result<BytesMut> {
    let mut bytes = BytesMut::with_capacity(2048);
    loop {
        let searched = bytes.len().saturating_sub(END.len() - 1);
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // What follows the head does not count: an eager peer may send its first messages along.
        let end = memmem::find(&bytes[searched..], END).map(|at| searched + at + END.len());
        match end {
            Some(length) if length <= MAX_HEAD => return Ok(bytes),
            None if bytes.len() <= MAX_HEAD => {}
            Some(_) | None => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}
