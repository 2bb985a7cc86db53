//! The three ways to write a public key: PEM, PEM in base64, and the path of a file with PEM in it.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The PEM text.
///
/// # Errors
/// What the value is not.
pub fn load(value: &str) -> Result<String, String> {
    if is_pem(value) {
        return Ok(value.into());
    }
    let decoded = STANDARD.decode(value.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(text) = decoded.filter(|text| is_pem(text)) {
        return Ok(text);
    }
    if !Path::new(value).exists() {
        return Err("is neither PEM, nor PEM in base64, nor the path of a file".into());
    }
    std::fs::read_to_string(value).map_err(|error| format!("the file cannot be read: {error}"))
}

fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMA==\n-----END PUBLIC KEY-----\n";

    #[test]
    fn a_key_may_be_written_as_it_is_or_in_base64() {
        assert_eq!(load(PEM).as_deref(), Ok(PEM));
        assert_eq!(load(&STANDARD.encode(PEM)).as_deref(), Ok(PEM));
    }

    #[test]
    fn a_key_may_be_in_a_file() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../auth/tests/keys/rsa.pub.pem");
        assert!(load(path).unwrap().starts_with("-----BEGIN PUBLIC KEY-----"));
    }

    #[test]
    fn anything_else_is_refused_without_repeating_it() {
        let refusal = load("not a key").unwrap_err();
        assert_eq!(refusal, "is neither PEM, nor PEM in base64, nor the path of a file");
    }
}
