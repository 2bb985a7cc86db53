//! The server API as its callers see it.

mod batches;
mod calls;
mod issuing;
mod orders;
mod publishing;
mod reading;
mod revocations;

const BAD_REQUEST: &str = r#"{"error":{"code":107,"message":"bad request"}}"#;
const UNKNOWN_CHANNEL: &str = r#"{"error":{"code":102,"message":"unknown channel"}}"#;
const NOT_FOUND: &str = r#"{"error":{"code":104,"message":"not found"}}"#;
const NOT_AVAILABLE: &str = r#"{"error":{"code":108,"message":"not available"}}"#;
const NOTHING: &str = r#"{"result":{}}"#;
