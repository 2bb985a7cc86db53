//! The server API: what backends ask of the house, with the methods and bodies of Centrifugo's.
//!
//! A call is `POST {path}/{method}` with a JSON object, and every call takes the same steps: `caller` checks who
//! calls, `body` takes in what was sent, [`Request`](request::Request) says what is wanted, and the file of that name
//! does it at the [`Desk`](desk::Desk). Then `reply` has the two forms of an answer.
//!
//! `issue_token` signs tokens from templates. `revoke`, `block` and `revocations` end sessions, which Centrifugo leaves to tokens; `term` is until when.
//!
//! - [`batch`]: several calls in one, at `{path}/batch`;
//! - [`single`]: the older form with the method in the body, at `{path}` itself.

mod batch;
mod block;
mod broadcast;
mod caller;
mod channels;
mod desk;
mod disconnect;
mod history;
mod info;
mod issue_token;
mod method;
mod payload;
mod presence;
mod process;
mod publish;
mod refresh;
mod reply;
mod request;
mod revocations;
mod revoke;
mod rpc;
mod single;
mod subscribe;
mod term;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request as HttpRequest, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;

use super::body::{self, NoBody};
use super::{Api, answer, read};
use crate::telemetry::Metrics;
use batch::Batch;
use caller::{Keeper, Mandate};
use desk::Desk;
use info::Node;
use method::Method;
use read::{Malformed, read};
use reply::{Answer, Mode};
use request::Request;

/// The server API of one house.
struct Server {
    house: Api,
    keeper: Keeper,
    metrics: Arc<Metrics>,
    node: Node,
}

/// The routes of the server API.
pub fn routes(house: Api, metrics: Arc<Metrics>) -> Router {
    let path = house.settings.path.clone();
    let server = Arc::new(Server {
        keeper: Keeper::new(&house.settings),
        node: Node::new(&house.node, &house.rules.client.server_version),
        metrics,
        house,
    });
    Router::new()
        .route(&path, post(call_by_name))
        .route(&format!("{path}/batch"), post(call_several))
        .route(&format!("{path}/{{method}}"), post(call))
        .with_state(server)
}

/// A call that got as far as an answer of the API, or not.
type Handled = Result<Response, Response>;

/// One call; the method is in the path.
async fn call(State(server): State<Arc<Server>>, request: HttpRequest) -> Handled {
    let path = request.uri().path();
    let Some(method) = path.rsplit('/').next().and_then(Method::named) else {
        return Err(answer::not_found().await);
    };
    let (caller, body) = server.receive(request).await?;
    let request = Request::read(method, &body).map_err(bad_request)?;
    let answer = caller.asks(method, request).await;
    Ok(reply::unkept(reply::whole(answer, caller.mode), method.answers_a_secret()))
}

/// Several calls in one.
async fn call_several(State(server): State<Arc<Server>>, request: HttpRequest) -> Handled {
    let (caller, body) = server.receive(request).await?;
    let batch = read::<Batch<'_>>(&body).map_err(bad_request)?;
    if batch.len() > server.house.settings.batch_size {
        return Ok(reply::whole(Err(batch::TOO_LONG), caller.mode));
    }
    let commands = batch.read().map_err(bad_request)?;
    let is_secret = batch::answers_a_secret(&commands);
    Ok(reply::unkept(reply::bare(batch::perform(commands, &caller).await), is_secret))
}

/// One or several calls; the method is in the body.
async fn call_by_name(State(server): State<Arc<Server>>, request: HttpRequest) -> Handled {
    let (caller, body) = server.receive(request).await?;
    let commands = single::read_all(&body, server.house.settings.batch_size).map_err(bad_request)?;
    let is_secret = single::answers_a_secret(&commands);
    Ok(reply::unkept(reply::bare(single::perform(commands, &caller).await), is_secret))
}

/// Somebody who has shown a key.
struct Caller<'a> {
    server: &'a Server,
    /// What he may do.
    mandate: &'a Mandate,
    /// How he wants to hear of errors.
    mode: Mode,
}

impl Server {
    /// Lets a caller in and takes what was sent.
    async fn receive(&self, request: HttpRequest) -> Result<(Caller<'_>, Bytes), Response> {
        let (head, body) = request.into_parts();
        let Some(mandate) = self.keeper.lets_in(&head) else {
            return Err(answer::empty(StatusCode::UNAUTHORIZED));
        };
        let body = body::receive(body, self.house.settings.body_size).await.map_err(no_body)?;
        let mode = Mode::wanted(&head, self.house.settings.errors_as_status);
        Ok((Caller { server: self, mandate, mode }, body))
    }
}

impl Caller<'_> {
    /// Does one thing, and counts it.
    async fn asks(&self, method: Method, request: Request<'_>) -> Answer {
        let Server { house, node, metrics, .. } = self.server;
        let answer = match self.mandate.organisation(&request) {
            Ok(organisation) => {
                let desk = Desk { house, node, organisation: &organisation, now: house.clock.now() };
                request.perform(&desk).await
            }
            Err(refusal) => Err(refusal),
        };
        let error = answer.as_ref().err().map_or(0, |refusal| refusal.code);
        metrics.api_call(method.name(), error);
        answer
    }
}

fn bad_request(_: Malformed) -> Response {
    answer::text(StatusCode::BAD_REQUEST, "Bad Request\n")
}

fn no_body(why: NoBody) -> Response {
    match why {
        NoBody::TooLong => answer::text(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large\n"),
        NoBody::TooSlow => answer::text(StatusCode::REQUEST_TIMEOUT, "Request Timeout\n"),
        NoBody::Broken => bad_request(Malformed),
    }
}
