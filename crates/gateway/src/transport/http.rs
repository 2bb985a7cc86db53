//! Everything that is not an upgrade, by hyper and axum.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::http::{Request, Response, header};
use bytes::{Buf, Bytes};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::select;
use tower_service::Service;
use vestibule_websocket::handshake;

use super::Site;
use super::head::MAX_HEAD;
use super::porch::Porch;
use super::socket::Socket;
use super::upgrade::{Welcome, crowded};
use crate::worker::AddressSeat;

/// A stream of which something has been read already.
pub struct Prefixed {
    prefix: Bytes,
    stream: TcpStream,
}

/// From where a request comes, as far as it can be told, as an extension of it.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Option<IpAddr>);

/// Serves requests on a stream until either side has had enough.
pub async fn serve(stream: TcpStream, address: IpAddr, prefix: Bytes, porch: Rc<Porch>) {
    let head_timeout = porch.site.head_timeout;
    let closing = porch.stops.closing.clone();
    let service = service_fn(move |request| answer(request, address, Rc::clone(&porch)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Prefixed { prefix, stream }), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = select! {
        ended = &mut connection => ended,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "an HTTP connection ended early");
    }
}

async fn answer(
    mut request: Request<Incoming>,
    address: IpAddr,
    porch: Rc<Porch>,
) -> Result<Response<Body>, Infallible> {
    let client = client(&porch.site, &request, address);
    let upgrade = handshake::check_http(request.method(), request.version(), request.headers());
    let origin = request.headers().get(header::ORIGIN).map(|origin| origin.as_bytes());
    let target = (request.uri().path(), request.uri().query().unwrap_or_default());
    // A proxy may send an upgrade over a connection that has carried ordinary requests before.
    let Some(looked) = porch.site.look_at(target, upgrade, origin) else {
        request.extensions_mut().insert(Caller(Some(client)));
        return porch.site.router.clone().call(request.map(Body::new)).await;
    };
    if porch.site.turnstile.admit(porch.clock.now().moment).is_err() {
        return Ok(as_response(&crowded()));
    }
    let now = porch.clock.now().moment;
    Ok(match looked.and_then(|welcome| Ok((welcome, porch.site.seat(client, now)?))) {
        Ok((welcome, seat)) => upgrade_later(request, welcome, seat, porch),
        Err(unwelcome) => as_response(&unwelcome.response()),
    })
}

/// From where a request comes that this address has sent.
pub fn client<B>(site: &Site, request: &Request<B>, address: IpAddr) -> IpAddr {
    let forwarded = request.headers().get_all("x-forwarded-for").iter();
    site.proxies.client(address, forwarded.map(|value| value.as_bytes()))
}

/// Answers with the switch of protocols, and enters the door when hyper has let go of the stream.
fn upgrade_later(
    mut request: Request<Incoming>,
    welcome: Welcome,
    seat: Option<AddressSeat>,
    porch: Rc<Porch>,
) -> Response<Body> {
    let response = as_response(&welcome.response);
    let upgrading = hyper::upgrade::on(&mut request);
    tokio::task::spawn_local(async move {
        let Ok(upgraded) = upgrading.await else { return };
        let Ok(parts) = upgraded.downcast::<TokioIo<Prefixed>>() else { return };
        let Prefixed { prefix, stream } = parts.io.into_inner();
        let mut early = [parts.read_buf, prefix].concat();
        porch.enter(Socket::of_tcp(stream), &welcome.guest, seat, &mut early);
    });
    response
}

/// An answer as hyper wants it, from the bytes that go out where hyper is not asked.
pub fn as_response(bytes: &[u8]) -> Response<Body> {
    let mut headers = [httparse::EMPTY_HEADER; 8];
    let mut head = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(length)) = head.parse(bytes) else {
        unreachable!("the answers of the upgrade are well formed, and tests say so")
    };
    let mut response = Response::builder().status(head.code.unwrap_or_default());
    for header in head.headers.iter() {
        response = response.header(header.name, header.value);
    }
    let body = Body::from(bytes[length..].to_vec());
    response.body(body).expect("what was read as a response can be written as one")
}

impl AsyncRead for Prefixed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.prefix.is_empty() {
            return Pin::new(&mut self.stream).poll_read(cx, buf);
        }
        let count = self.prefix.len().min(buf.remaining());
        buf.put_slice(&self.prefix[..count]);
        self.prefix.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Prefixed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;
    use crate::transport::upgrade::{Unwelcome, too_long};

    #[test]
    fn every_answer_of_the_upgrade_is_the_same_through_hyper() {
        let mut answers = vec![(503, crowded()), (403, Unwelcome::Origin.response())];
        answers.extend([(429, Unwelcome::Crowd.response()), (431, too_long())]);
        for refusal in
            [handshake::Refusal::NotAnUpgrade, handshake::Refusal::Method, handshake::Refusal::Version]
        {
            answers.push((refusal.status(), Unwelcome::Invalid(refusal).response()));
        }
        for (status, bytes) in answers {
            let response = as_response(&bytes);
            assert_eq!(response.status(), StatusCode::from_u16(status).unwrap());
            assert!(response.headers().contains_key(header::CONTENT_LENGTH));
        }
    }
}
