//! Publications that are big enough to fill the buffers on the way to a peer that does not read.

/// Bytes of one publication, without its number.
const BLOCK: usize = 16 << 10;

/// The payload of the publication with that number.
pub fn block(number: usize) -> String {
    format!(r#""{number:08}{}""#, "x".repeat(BLOCK))
}

/// Which publication a payload is of.
///
/// # Panics
/// When it is of none.
pub fn number(data: &[u8]) -> usize {
    let digits = data.get(1..9).map(String::from_utf8_lossy);
    digits
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_else(|| panic!("not a block of the flood: {data:?}"))
}
