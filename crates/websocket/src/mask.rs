//! Masking: every byte of a client's payload is xored with one of the four bytes of its frame's key.

/// Masks or unmasks `bytes`, the first of them with `key[0]`.
///
/// A payload that arrives in parts continues with the key turned by the bytes that went before.
pub(crate) fn apply(bytes: &mut [u8], key: [u8; 4]) {
    // The key of an unmasked frame, and of clients that mask with zeros because TLS already hides their bytes.
    if key == [0; 4] {
        return;
    }
    let [a, b, c, d] = key;
    let repeated = [a, b, c, d, a, b, c, d];
    let word = u64::from_ne_bytes(repeated);
    // Whole words in a loop without branches: the compiler turns it into vector instructions.
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for chunk in words {
        *chunk = (u64::from_ne_bytes(*chunk) ^ word).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(repeated) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::apply;

    const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

    fn byte_by_byte(bytes: &[u8], key: [u8; 4]) -> Vec<u8> {
        bytes.iter().enumerate().map(|(at, byte)| byte ^ key[at % 4]).collect()
    }

    #[test]
    fn every_length_is_masked_as_byte_by_byte() {
        for length in 0..100 {
            let plain: Vec<u8> = (0..length).collect();
            let mut masked = plain.clone();
            apply(&mut masked, KEY);
            assert_eq!(masked, byte_by_byte(&plain, KEY), "{length} bytes");
        }
    }

    #[test]
    fn a_payload_cut_anywhere_goes_on_with_the_turned_key() {
        let plain: Vec<u8> = (0..64).collect();
        for cut in 0..=plain.len() {
            let mut masked = plain.clone();
            let (head, tail) = masked.split_at_mut(cut);
            apply(head, KEY);
            let mut turned = KEY;
            turned.rotate_left(cut % 4);
            apply(tail, turned);
            assert_eq!(masked, byte_by_byte(&plain, KEY), "cut at {cut}");
        }
    }

    #[test]
    fn a_key_of_zeros_changes_nothing() {
        let mut bytes = *b"as it was";
        apply(&mut bytes, [0; 4]);
        assert_eq!(&bytes, b"as it was");
    }
}
