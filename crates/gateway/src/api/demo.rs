use crate::clock::Clock;
use crate::config::DemoSettings;
use axum::Router;
pub fn routes(_: &DemoSettings, _: Clock) -> Router {
    Router::new()
}
