//! What is published: a JSON object of 128 bytes that carries its number and nothing else that varies.

/// Length of the published JSON, in bytes.
pub(crate) const LENGTH: usize = 128;
/// Digits of the number; a JSON string keeps leading zeros, so that all payloads are equally long.
const DIGITS: usize = 12;
const BEFORE: &str = r#"{"seq":""#;
const END: &str = r#""}"#;

/// Makes payloads of one run and recognises them again, byte by byte.
pub(crate) struct Payload {
    after: String,
}

impl Payload {
    /// Payloads that no other `run` mistakes for its own.
    pub(crate) fn new(run: u64) -> Self {
        let mut after = format!(r#"","run":"{run:016x}","pad":""#);
        let padding = LENGTH - BEFORE.len() - DIGITS - after.len() - END.len();
        after.extend(std::iter::repeat_n('x', padding));
        after.push_str(END);
        Self { after }
    }

    /// The JSON of publication `number`.
    pub(crate) fn render(&self, number: u64) -> String {
        format!("{BEFORE}{number:0DIGITS$}{}", self.after)
    }

    /// The number of the payload at the beginning of `bytes`; `None` if it is not one of this run, whole and unharmed.
    pub(crate) fn number(&self, bytes: &[u8]) -> Option<u64> {
        let rest = bytes.strip_prefix(BEFORE.as_bytes())?;
        let (digits, rest) = rest.split_at_checked(DIGITS)?;
        if !rest.starts_with(self.after.as_bytes()) {
            return None;
        }
        std::str::from_utf8(digits).ok()?.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_json_of_the_agreed_length() {
        let rendered = Payload::new(u64::MAX).render(17);
        assert_eq!(rendered.len(), LENGTH);
        let json: serde_json::Value = serde_json::from_str(&rendered).unwrap();
        assert_eq!(json["seq"], "000000000017");
    }

    #[test]
    fn a_payload_is_recognised_whatever_follows_it() {
        let payload = Payload::new(1);
        let bytes = format!("{}}}}}}}", payload.render(999_999));
        assert_eq!(payload.number(bytes.as_bytes()), Some(999_999));
    }

    #[test]
    fn a_harmed_or_foreign_payload_is_not_recognised() {
        let payload = Payload::new(1);
        let good = payload.render(5);
        assert_eq!(payload.number(good.replace("xx", "xy").as_bytes()), None);
        assert_eq!(payload.number(&good.as_bytes()[..LENGTH - 1]), None);
        assert_eq!(payload.number(Payload::new(2).render(5).as_bytes()), None);
    }
}
