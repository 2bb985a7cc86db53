//! Tokens for visitors of the demo.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode, Uri};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use vestibule_auth::{DevelopmentKey, TokenDraft};

use super::visitor::Visitor;
use crate::api::signal::room_token;
use crate::api::{DemoSettings, RoomTokens, answer};
use crate::clock::Clock;

/// Short enough that a page that stays open has to ask for another token, as a real one would.
const LIFETIME: Duration = Duration::from_secs(600);

/// Where the page finds the door.
const DOOR: &str = "/connection/websocket";

/// The channel with history and presence, and the one with what is over in a moment.
const ROOM: &str = "demo:room";
const LIVE: &str = "live:room";

/// The room of the call, and where the page finds the signal door.
const CALL: &str = "call";
const SIGNAL: &str = "/signal";
const ICE: &str = "/ice";

/// Receives visitors.
pub struct Reception {
    key: DevelopmentKey,
    rooms: Option<RoomTokens>,
    clock: Clock,
}

impl Reception {
    /// A reception that signs with the demo's key.
    pub fn new(settings: &DemoSettings, clock: Clock) -> Self {
        Self { key: DevelopmentKey::from_secret(settings.key.clone()), rooms: settings.rooms.clone(), clock }
    }

    fn receive(&self, visitor: &Visitor) -> Response {
        let (user, name) = (visitor.user(), visitor.name());
        let mut draft = TokenDraft::new(user, Some(LIFETIME));
        draft.info = Some(json!({ "name": name }));
        let now = self.clock.now().unix;
        let mut session = json!({
            "token": self.key.connection_token(&draft, now),
            "user": user,
            "name": name,
            "url": DOOR,
            "channels": { "room": ROOM, "live": LIVE },
        });
        let call = self.rooms.as_ref().and_then(|rooms| room_token(rooms, CALL, None, LIFETIME, now).ok());
        if let Some((token, _)) = call {
            session["call"] = json!({ "url": SIGNAL, "room": CALL, "token": token, "ice": ICE });
        }
        let mut response = answer::json(StatusCode::OK, session.to_string());
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

#[derive(Deserialize)]
struct Wish {
    user: Option<String>,
}

/// A session for a new visitor, or for the one that the query names.
pub async fn open(State(reception): State<Arc<Reception>>, uri: Uri) -> Response {
    let visitor = match Query::<Wish>::try_from_uri(&uri) {
        Ok(Query(Wish { user: None })) => Some(Visitor::new(rand::random())),
        Ok(Query(Wish { user: Some(user) })) => Visitor::known(user),
        Err(_) => None,
    };
    match visitor {
        Some(visitor) => reception.receive(&visitor),
        None => answer::text(
            StatusCode::BAD_REQUEST,
            "a visitor of the demo is guest- and 4 to 16 of a-z and 0-9\n",
        ),
    }
}
