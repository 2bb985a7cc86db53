//! What a backend asks for: a lifetime and a subject, from a body that may be anything.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;
use vestibule_doors::signal::{Rules, ttl};

use super::said;

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// In seconds.
    pub(super) lifetime: u64,
    pub(super) subject: String,
}

/// Why that cannot be had.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unclear {
    /// A media type that is not read here.
    MediaType,
    /// It says that it is JSON, and is nothing.
    Empty,
    /// It says that it is JSON, and is not.
    Json,
    /// The JSON is not what was asked for.
    Shape(String),
    /// The lifetime cannot be.
    Ttl(String),
}

impl Wish {
    /// Reads a body of that type. `longest` is the longest lifetime in seconds.
    pub(super) fn read(content_type: Option<&str>, body: &[u8], longest: u64) -> Result<Self, Unclear> {
        let value = match media_type(content_type) {
            Some("application/json") if body.is_empty() => return Err(Unclear::Empty),
            Some("application/json") => serde_json::from_slice(body).map_err(|_| Unclear::Json)?,
            None if body.is_empty() => Value::Null,
            Some("text/plain") => Value::Null,
            _ => return Err(Unclear::MediaType),
        };
        let Value::Object(members) = value else { return Err(Unclear::Shape("body must be object".into())) };
        if members.contains_key("__proto__") {
            return Err(Unclear::Json);
        }
        let missing = || Unclear::Shape("body must have required property 'ttl'".into());
        let ttl = text(members.get("ttl").ok_or_else(missing)?, "ttl")?;
        let subject = members.get("subject").map_or(Ok(Rules::SHARED_ROOM.into()), |raw| text(raw, "subject"))?;
        if subject.len() > Rules::LONGEST_NAME {
            let fault = format!("body/subject must not have more than {} bytes", Rules::LONGEST_NAME);
            return Err(Unclear::Shape(fault));
        }
        let lifetime = ttl::parse(&ttl, longest).map_err(|fault| Unclear::Ttl(fault.to_string()))?;
        Ok(Self { lifetime, subject })
    }
}

/// Numbers and switches are taken as texts, as they always were; nothing is not.
fn text(value: &Value, name: &str) -> Result<String, Unclear> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(on) => Ok(on.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err(Unclear::Shape(format!("body/{name} must be string")))
        }
    }
}

fn media_type(content_type: Option<&str>) -> Option<&str> {
    let name = content_type?.split(';').next()?.trim();
    let known = ["application/json", "text/plain"];
    known.into_iter().find(|known| name.eq_ignore_ascii_case(known)).or(Some(name))
}

impl Unclear {
    /// The answer.
    pub(super) fn response(&self) -> Response {
        let bad = |code, message: &str| said::error(StatusCode::BAD_REQUEST, Some(code), message);
        match self {
            Self::MediaType => said::error(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                Some("FST_ERR_CTP_INVALID_MEDIA_TYPE"),
                "the body has to be JSON",
            ),
            Self::Empty => bad("FST_ERR_CTP_EMPTY_JSON_BODY", "the body is empty and not JSON"),
            Self::Json => bad("FST_ERR_CTP_INVALID_JSON_BODY", "the body is not JSON"),
            Self::Shape(message) => bad("FST_ERR_VALIDATION", message),
            Self::Ttl(message) => said::error(StatusCode::BAD_REQUEST, None, message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: Option<&str> = Some("application/json; charset=utf-8");

    fn read(body: &str) -> Result<Wish, Unclear> {
        Wish::read(JSON, body.as_bytes(), 3_600)
    }

    fn shape(text: &str) -> Result<Wish, Unclear> {
        Err(Unclear::Shape(text.into()))
    }

    #[test]
    fn a_lifetime_is_all_that_has_to_be_said() {
        let wish = |lifetime, subject: &str| Ok(Wish { lifetime, subject: subject.into() });
        assert_eq!(read(r#"{"ttl":"1h"}"#), wish(3_600, "default"));
        assert_eq!(read(r#"{"ttl":"30m","subject":"ann","more":[1]}"#), wish(1_800, "ann"));
        assert_eq!(read(r#"{"ttl":"1s","subject":""}"#), wish(1, ""));
        assert_eq!(read(r#"{"ttl":"1s","subject":42}"#), wish(1, "42"));
    }

    #[test]
    fn what_is_wrong_is_said_where_it_is() {
        assert_eq!(read("{}"), shape("body must have required property 'ttl'"));
        for body in ["[]", "null", "\"x\"", "5"] {
            assert_eq!(read(body), shape("body must be object"), "{body}");
        }
        assert_eq!(read(r#"{"ttl":{}}"#), shape("body/ttl must be string"));
        assert_eq!(read(r#"{"ttl":"1h","subject":{}}"#), shape("body/subject must be string"));
        assert_eq!(read(r#"{"ttl":"1h","subject":null}"#), shape("body/subject must be string"));
        let long = format!(r#"{{"ttl":"1h","subject":"{}"}}"#, "x".repeat(257));
        assert!(matches!(read(&long), Err(Unclear::Shape(_))), "it would not fit into an address");
    }

    #[test]
    fn a_lifetime_that_cannot_be_is_the_callers_mistake() {
        for ttl in ["\"abc\"", "\"\"", "\"3600\"", "3600", "\"-1h\"", "\"0s\"", "\"2h\"", "\"9999999999999d\""] {
            assert!(matches!(read(&format!(r#"{{"ttl":{ttl}}}"#)), Err(Unclear::Ttl(_))), "{ttl}");
        }
    }

    #[test]
    fn only_json_is_read() {
        assert_eq!(read(""), Err(Unclear::Empty));
        assert_eq!(read("{"), Err(Unclear::Json));
        assert_eq!(read(r#"{"__proto__":{},"ttl":"1h"}"#), Err(Unclear::Json));
        assert_eq!(Wish::read(None, b"", 60), shape("body must be object"));
        assert_eq!(Wish::read(Some("text/plain"), br#"{"ttl":"1h"}"#, 60), shape("body must be object"));
        let form = Some("application/x-www-form-urlencoded");
        assert_eq!(Wish::read(form, b"ttl=1h", 60), Err(Unclear::MediaType));
        assert_eq!(Wish::read(None, b"ttl=1h", 60), Err(Unclear::MediaType));
    }
}
