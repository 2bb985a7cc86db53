//! The head of a request, read before anyone knows what it is.

use std::io;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The longest head, in bytes: room for a token in the query and the cookies of a whole domain.
pub const MAX_HEAD: usize = 16 << 10;

/// No more header lines than this are looked at.
pub const MAX_HEADERS: usize = 64;

/// Reads until the head of a request is complete. What follows it in the same reads stays behind it.
///
/// # Errors
/// The socket's; `UnexpectedEof` when the peer went away before; `InvalidData` when the head is too long.
pub async fn read(stream: &mut TcpStream) -> io::Result<BytesMut> {
    let mut bytes = BytesMut::with_capacity(2048);
    loop {
        let searched = bytes.len().saturating_sub(3);
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if ends(&bytes[searched..]) {
            return Ok(bytes);
        }
        if bytes.len() > MAX_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
}

fn ends(bytes: &[u8]) -> bool {
    bytes.windows(4).any(|window| window == b"\r\n\r\n")
}
