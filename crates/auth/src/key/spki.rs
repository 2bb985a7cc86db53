//! The DER of a `SubjectPublicKeyInfo` around a point of a curve (RFC 5480, RFC 8410): a fixed head, then the point.

use super::KeyKind;

const P256: &[u8] =
    b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\
    \x03\x42\x00\x04";
const P384: &[u8] =
    b"\x30\x76\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22\x03\x62\x00\x04";
const P521: &[u8] =
    b"\x30\x81\x9b\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23\x03\x81\x86\x00\x04";
const ED25519: &[u8] = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/// How the points of one kind of key are written.
struct Form {
    /// What stands before the coordinates; for points of Weierstrass curves it ends with the mark of the
    /// uncompressed form.
    head: &'static [u8],
    /// The bytes of a coordinate.
    size: usize,
    /// How many coordinates there are.
    coordinates: usize,
}

const fn form(kind: KeyKind) -> Option<Form> {
    match kind {
        KeyKind::P256 => Some(Form { head: P256, size: 32, coordinates: 2 }),
        KeyKind::P384 => Some(Form { head: P384, size: 48, coordinates: 2 }),
        KeyKind::P521 => Some(Form { head: P521, size: 66, coordinates: 2 }),
        KeyKind::Ed25519 => Some(Form { head: ED25519, size: 32, coordinates: 1 }),
        KeyKind::Hmac | KeyKind::Rsa => None,
    }
}

/// The DER around a point; `None` when a coordinate has the wrong size, or keys of that kind are no points.
pub(super) fn of_point(kind: KeyKind, coordinates: &[&[u8]]) -> Option<Vec<u8>> {
    let form = form(kind)?;
    let right = coordinates.len() == form.coordinates && coordinates.iter().all(|one| one.len() == form.size);
    right.then(|| [form.head, &coordinates.concat()].concat())
}

/// The coordinates in the DER; `None` for any other form, and for keys that are no points.
pub(super) fn point(kind: KeyKind, spki: &[u8]) -> Option<Vec<&[u8]>> {
    let form = form(kind)?;
    let point = spki.strip_prefix(form.head)?;
    (point.len() == form.size * form.coordinates).then(|| point.chunks(form.size).collect())
}
