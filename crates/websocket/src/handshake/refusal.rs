//! A request that is not a valid upgrade, and its answer.

use bytes::BufMut;

use super::put_header;

/// Why a request cannot be upgraded, and the parts of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No upgrade to WebSocket was asked for, or not over HTTP/1.1: 400.
    NotAnUpgrade,
    /// An upgrade with another method than GET: 405.
    Method,
    /// A version of the protocol other than 13, or none: 426.
    Version,
    /// A key that is missing, doubled or not sixteen bytes in base64: 400.
    Key,
}

impl Refusal {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::NotAnUpgrade | Self::Key => 400,
            Self::Method => 405,
            Self::Version => 426,
        }
    }

    /// The body, of type `text/plain; charset=utf-8`: the status in words, and a line feed.
    pub fn body(self) -> &'static str {
        match self {
            Self::NotAnUpgrade | Self::Key => "Bad Request\n",
            Self::Method => "Method Not Allowed\n",
            Self::Version => "Upgrade Required\n",
        }
    }

    /// The headers that belong to the refusal, beside type and length of the body. Each says which version is spoken.
    pub fn headers(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::NotAnUpgrade | Self::Key => &[("Sec-WebSocket-Version", "13")],
            Self::Method => &[("Sec-WebSocket-Version", "13"), ("Allow", "GET")],
            Self::Version => {
                &[("Sec-WebSocket-Version", "13"), ("Upgrade", "websocket"), ("Connection", "Upgrade")]
            }
        }
    }

    /// Writes the whole answer as HTTP/1.1, after which the connection is closed.
    pub fn write_response(self, out: &mut impl BufMut) {
        let body = self.body();
        for part in ["HTTP/1.1 ", &self.status().to_string(), " ", body.trim_ascii_end(), "\r\n"] {
            out.put_slice(part.as_bytes());
        }
        for (name, value) in self.headers() {
            put_header(out, name, value);
        }
        put_header(out, "Content-Type", "text/plain; charset=utf-8");
        put_header(out, "Content-Length", &body.len().to_string());
        put_header(out, "Connection", "close");
        out.put_slice(b"\r\n");
        out.put_slice(body.as_bytes());
    }
}
