//! Tokens for backends: `POST /token`.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::json;

use super::guard::{Guard, Stopped};
use super::wish::Wish;
use super::{SignalApi, ice, said};
use crate::transport::ClientAddress;

/// The largest body of a request, in bytes.
const MAX_BODY: usize = 1 << 20;

/// Where tokens are issued.
pub(super) struct Desk {
    pub(super) guard: Guard,
    pub(super) api: SignalApi,
}

/// Issues a token. Who may not ask learns nothing about what he asked for.
pub(super) async fn issue(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let mut response = desk.answer(request).await.unwrap_or_else(|refused| refused);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl Desk {
    async fn answer(&self, request: Request) -> Result<Response, Response> {
        let Some(settings) = &self.api.settings.tokens else { return Err(said::bare(StatusCode::NOT_FOUND)) };
        let (head, body) = request.into_parts();
        let now = self.api.clock.now();
        let client = head.extensions.get::<ClientAddress>().copied();
        self.guard.check(&head.headers, client, now.moment).map_err(Stopped::response)?;
        self.guard.admit(now.moment).map_err(Stopped::response)?;
        let content_type = head.headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
        let body = to_bytes(body, MAX_BODY - 1).await.map_err(|_| too_large())?;
        let wish = Wish::read(content_type, &body, settings.longest).map_err(|unclear| unclear.response())?;
        let token = settings.tokens.issue(&wish.subject, wish.lifetime, now.unix);
        let mut said = json!({
            "token": token.token,
            "expiresAt": said::date(token.expires.0.saturating_mul(1_000)),
            "subject": wish.subject,
        });
        if let Some(turn) = &self.api.settings.turn {
            said["iceServers"] = ice::list(turn, &wish.subject, now.unix);
        }
        Ok(said::json(StatusCode::CREATED, said.to_string()))
    }
}

fn too_large() -> Response {
    let code = Some("FST_ERR_CTP_BODY_TOO_LARGE");
    said::error(StatusCode::PAYLOAD_TOO_LARGE, code, "the body is too large")
}

impl Stopped {
    fn response(self) -> Response {
        let (status, name, value) = match self {
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, WWW_AUTHENTICATE, "Bearer"),
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, RETRY_AFTER, "10"),
        };
        let mut response = said::bare(status);
        response.headers_mut().insert(name, HeaderValue::from_static(value));
        response
    }
}
