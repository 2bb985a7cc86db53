//! Payloads in and out: JSON as it is, anything else in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;
use serde_json::value::RawValue;
use vestibule_model::ClientInfo;

use super::read::Text;
use super::reply::Refusal;

/// What a request gives as `data` or `b64data` (`info` or `b64info`); the latter wins.
pub fn taken(json: Option<&RawValue>, base64: &Text<'_>) -> Result<Option<Bytes>, Refusal> {
    match base64.said() {
        Some(base64) => Ok(Some(STANDARD.decode(base64).map_err(|_| Refusal::BAD_REQUEST)?.into())),
        None => Ok(json.map(own)),
    }
}

/// A copy: a payload may outlive its request by days, and must not keep all of it alive.
pub fn own(json: &RawValue) -> Bytes {
    Bytes::copy_from_slice(json.get().as_bytes())
}

/// A payload as one of two fields of an answer.
#[derive(Debug)]
pub struct Given<'a> {
    /// When it is JSON.
    pub json: Option<&'a RawValue>,
    /// When it is not.
    pub base64: Option<String>,
}

impl<'a> Given<'a> {
    /// The payload, as JSON if it can be.
    pub fn of(payload: Option<&'a Bytes>) -> Self {
        let json = payload.and_then(|payload| serde_json::from_slice(payload).ok());
        let base64 = payload.filter(|_| json.is_none()).map(|payload| STANDARD.encode(payload));
        Self { json, base64 }
    }
}

/// A client as answers show it.
#[derive(Serialize)]
pub struct Shown<'a> {
    user: &'a str,
    client: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    conn_info: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b64conn_info: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chan_info: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b64chan_info: Option<String>,
}

impl<'a> Shown<'a> {
    /// That client.
    pub fn of(info: &'a ClientInfo) -> Self {
        let connection = Given::of(info.connection.as_ref());
        let channel = Given::of(info.channel.as_ref());
        Self {
            user: info.user.as_str(),
            client: info.client.to_string(),
            conn_info: connection.json,
            b64conn_info: connection.base64,
            chan_info: channel.json,
            b64chan_info: channel.base64,
        }
    }
}
