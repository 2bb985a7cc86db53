//! The server API: what backends ask of the house, with the methods and bodies of Centrifugo's.
//!
//! A call is `POST {path}/{method}` with a JSON object, and every call takes the same steps: `caller` checks who
//! calls, `body` takes in what was sent, [`Request`](request::Request) says what is wanted, and the file of that name
//! does it at the [`Desk`](desk::Desk). Then `reply` has the two forms of an answer.
//!
//! `revoke`, `block` and `revocations` end sessions, which Centrifugo leaves to tokens; `term` is until when.
//!
//! - [`batch`]: several calls in one, at `{path}/batch`;
//! - [`single`]: the older form with the method in the body, at `{path}` itself.

mod batch;
mod block;
mod body;
mod broadcast;
mod caller;
mod channels;
mod desk;
mod disconnect;
mod history;
mod info;
mod method;
mod payload;
mod presence;
mod process;
mod publish;
mod read;
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
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::post;
use bytes::Bytes;

use super::{Api, answer};
use crate::telemetry::Metrics;
use batch::Batch;
use caller::Keeper;
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
    let (head, body) = server.receive(request).await?;
    let request = Request::read(method, &body).map_err(bad_request)?;
    let answer = server.perform(method, request).await;
    Ok(reply::whole(answer, server.mode(&head)))
}

/// Several calls in one.
async fn call_several(State(server): State<Arc<Server>>, request: HttpRequest) -> Handled {
    let (head, body) = server.receive(request).await?;
    let batch = read::<Batch<'_>>(&body).map_err(bad_request)?;
    if batch.len() > server.house.settings.batch_size {
        return Ok(reply::whole(Err(batch::TOO_LONG), server.mode(&head)));
    }
    let commands = batch.read().map_err(bad_request)?;
    Ok(reply::bare(batch::perform(commands, &server).await))
}

/// One or several calls; the method is in the body.
async fn call_by_name(State(server): State<Arc<Server>>, request: HttpRequest) -> Handled {
    let (_, body) = server.receive(request).await?;
    let commands = single::read_all(&body, server.house.settings.batch_size).map_err(bad_request)?;
    Ok(reply::bare(single::perform(commands, &server).await))
}

impl Server {
    /// Lets a caller in and takes what was sent.
    async fn receive(&self, request: HttpRequest) -> Result<(Parts, Bytes), Response> {
        let (head, body) = request.into_parts();
        if !self.keeper.lets_in(&head) {
            return Err(answer::empty(StatusCode::UNAUTHORIZED));
        }
        let body = body::receive(body, self.house.settings.body_size).await?;
        Ok((head, body))
    }

    /// Does one thing, and counts it.
    async fn perform(&self, method: Method, request: Request<'_>) -> Answer {
        let desk = Desk {
            house: &self.house,
            node: &self.node,
            organisation: self.keeper.organisation(),
            now: self.house.clock.now(),
        };
        let answer = request.perform(&desk).await;
        let error = answer.as_ref().err().map_or(0, |refusal| refusal.code);
        self.metrics.api_call(method.name(), error);
        answer
    }

    fn mode(&self, head: &Parts) -> Mode {
        Mode::wanted(head, self.house.settings.errors_as_status)
    }
}

fn bad_request(_: Malformed) -> Response {
    answer::text(StatusCode::BAD_REQUEST, "Bad Request\n")
}
