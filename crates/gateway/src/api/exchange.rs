//! Routes at which somebody who has a token of a trusted realm gets a short-lived one for another service, and the
//! public keys by which that service checks it.
//!
//! - `handshake`: for the upgrade of an office room; `realtime`: for Supabase Realtime;
//! - `limits`: how often somebody may ask; `refusal`: why there is none.

mod handshake;
mod limits;
mod realtime;
mod refusal;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::{any, get};
use bytes::Bytes;
use serde::Deserialize;
use vestibule_auth::issue::{Issuer, Template};
use vestibule_auth::{Trust, TrustConfig};
use vestibule_model::{Identity, Now, UnixSeconds};

use super::cors::{Asking, Cors};
use super::credentials::bearer;
use super::read::read;
use super::{Api, answer, body};
use crate::clock::Clock;
use crate::steward::Steward;
use crate::transport::Caller;
use limits::Limits;
use refusal::Refusal;

/// Where the public keys of the house are.
pub const JWKS: &str = "/.well-known/jwks.json";

/// The largest body of a request, in bytes: it names an organisation at most.
const MAX_BODY: usize = 16 * 1024;

/// What the house issues, as it is set.
#[derive(Clone, Debug, Default)]
pub struct IssuingSettings {
    /// The routes.
    pub exchanges: Vec<ExchangeSettings>,
    /// Tokens that backends ask for by the server API, by the names of their templates.
    pub templates: BTreeMap<String, Signing>,
}

/// One route.
#[derive(Clone, Debug)]
pub struct ExchangeSettings {
    /// For which service.
    pub service: Service,
    /// What signs, and what the token says; or the keys of the configuration that are missing.
    pub signing: Result<Signing, Vec<String>>,
    /// Whose tokens are taken in exchange.
    pub trust: TrustConfig,
    /// How many tokens a user gets in a minute.
    pub per_minute: NonZeroU32,
    /// How many requests with a token that is no good an address may make in a minute.
    pub guesses: NonZeroU32,
    /// Origins of pages that may ask, with `*` for anything.
    pub allowed_origins: Vec<String>,
}

/// Who signs, and what.
#[derive(Clone, Debug)]
pub struct Signing {
    /// The keys.
    pub issuer: Issuer,
    /// What the token says.
    pub template: Template,
}

/// For which service a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    /// An office room. Rooms are below this address.
    Handshake {
        /// The address, without a slash at its end.
        base_url: String,
    },
    /// Supabase Realtime.
    Realtime,
}

/// One route, open.
struct Exchange {
    settings: ExchangeSettings,
    trust: Trust,
    cors: Cors,
    limits: Limits,
    steward: Steward,
    clock: Clock,
}

/// A token that was issued.
struct Issued {
    token: String,
    bearer: Identity,
    expires: UnixSeconds,
    now: Now,
}

impl Service {
    /// Where its tokens are asked for.
    pub const fn path(&self) -> &'static str {
        match self {
            Self::Handshake { .. } => "/api/v1/cloudflare/request-access",
            Self::Realtime => "/api/v1/realtime/token",
        }
    }
}

/// The routes, each with the realms that it trusts.
pub fn routes(api: &Api) -> Router {
    let mut router = Router::new();
    for (settings, trust, origins) in api.exchanges.iter().cloned() {
        let path = settings.service.path();
        let limits = Limits::per_minute(settings.per_minute, settings.guesses);
        let (steward, clock) = (api.steward.clone(), api.clock);
        let cors = Cors { origins, methods: "POST", headers: "authorization, content-type" };
        let exchange = Arc::new(Exchange { settings, trust, cors, limits, steward, clock });
        router = router.route(path, any(exchange_token).with_state(exchange));
    }
    let rooms = api.signal.iter().filter_map(|signal| signal.tokens.as_ref()).map(|tokens| &tokens.issuer);
    let issuers: Vec<_> = api.issuing.issuers().chain(rooms).collect();
    if issuers.is_empty() {
        return router;
    }
    let document = Bytes::from(Issuer::jwks(issuers));
    router.route(JWKS, get(public_keys).with_state(document))
}

impl IssuingSettings {
    /// Whoever issues something.
    pub fn issuers(&self) -> impl Iterator<Item = &Issuer> {
        let of_routes = self.exchanges.iter().filter_map(|exchange| exchange.signing.as_ref().ok());
        of_routes.chain(self.templates.values()).map(|signing| &signing.issuer)
    }

    /// What the operator has to give before every route can do its work.
    pub fn missing(&self) -> impl Iterator<Item = String> {
        self.exchanges.iter().filter_map(ExchangeSettings::lacks)
    }
}

impl ExchangeSettings {
    /// What the operator has to give before the route can do its work.
    pub fn lacks(&self) -> Option<String> {
        let missing = self.signing.as_ref().err()?.join(", ");
        Some(format!("{}: not given: {missing}", self.service.path()))
    }
}

/// Whoever checks tokens may keep the keys for a while, and not for so long that a rotation would take a day.
async fn public_keys(State(document): State<Bytes>) -> Response {
    let mut response = answer::json(StatusCode::OK, document);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn exchange_token(State(exchange): State<Arc<Exchange>>, request: Request) -> Response {
    let asking = Asking::of(request.method(), request.headers());
    let mut response = match (asking.answered(), request.method()) {
        (Some(answered), _) => answered,
        (None, &Method::POST) => exchange.answer(request).await.unwrap_or_else(Refusal::response),
        (None, _) => Refusal::METHOD.response(),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    exchange.cors.marked(asking, response)
}

impl Exchange {
    async fn answer(&self, request: Request) -> Result<Response, Refusal> {
        let signing = self.settings.signing.as_ref().map_err(|missing| Refusal::not_configured(missing))?;
        let address = request.extensions().get::<Caller>().and_then(|caller| caller.0);
        let (head, body) = request.into_parts();
        let token = bearer(&head.headers).ok_or(Refusal::NO_TOKEN)?;
        let now = self.clock.now();
        let issued = self.issue(signing, token, body, now).await;
        issued.map_err(|refusal| self.limits.said(refusal, address, now.moment))
    }

    /// Only a token that is given out counts for its user.
    async fn issue(&self, signing: &Signing, token: &str, body: Body, now: Now) -> Result<Response, Refusal> {
        let bearer = self.steward.identify(&self.trust, token, now).await?;
        if bearer.user.is_anonymous() {
            return Err(Refusal::NOBODY);
        }
        let wish = body::receive(body, MAX_BODY).await?;
        match self.settings.service {
            Service::Handshake { .. } => handshake::check(&wish, &bearer)?,
            Service::Realtime => realtime::check(&wish)?,
        }
        self.limits.take_token(&bearer, now.moment)?;
        let (token, expires) =
            signing.template.issue(signing.issuer.key(), &bearer, now.unix, rand::random());
        let issued = Issued { token, bearer, expires, now };
        let body = match &self.settings.service {
            Service::Handshake { base_url } => handshake::body(base_url, &issued),
            Service::Realtime => realtime::body(&issued),
        };
        Ok(answer::json(StatusCode::OK, body))
    }
}

impl Issued {
    fn lifetime(&self) -> i64 {
        self.expires.0 - self.now.unix.0
    }
}

/// What a caller says in an object; one who sends nothing says nothing.
fn object<'a, T: Default + Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    match body.trim_ascii() {
        [] => Ok(T::default()),
        body @ [b'{', ..] => read(body).map_err(|_| Refusal::BODY),
        _ => Err(Refusal::BODY),
    }
}
