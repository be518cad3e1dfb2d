//! Sealing of rows: XChaCha20-Poly1305, each row bound to its table and its place, so that rows cannot be swapped.

use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::env::SharedIds;

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// Sealed text is padded to a multiple of this, so that its length says little.
const PAD: usize = 64;

/// A row's place: what it was sealed for. A row that is found elsewhere does not open.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    /// Table and column.
    pub(super) column: &'static str,
    /// The row's key as bytes.
    pub(super) row: &'a [u8],
    /// Its order number, where it has one.
    pub(super) order: i64,
}

impl Place<'_> {
    fn bytes(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.column.len() + 1 + 8 + self.row.len());
        out.extend_from_slice(self.column.as_bytes());
        out.push(0);
        out.extend_from_slice(&self.order.to_be_bytes());
        out.extend_from_slice(self.row);
        out
    }
}

/// It did not open: another key, another place, or damaged bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed row does not open")]
pub(super) struct Unsealable;

/// Seals and opens with one key. The key is wiped from memory when this goes.
pub(super) struct Sealer {
    key: Zeroizing<[u8; KEY_BYTES]>,
    ids: SharedIds,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(<hidden>)")
    }
}

impl Sealer {
    pub(super) fn new(key: Zeroizing<[u8; KEY_BYTES]>, ids: SharedIds) -> Self {
        Self { key, ids }
    }

    fn cipher(&self) -> Result<XChaCha20Poly1305, Unsealable> {
        XChaCha20Poly1305::new_from_slice(self.key.as_slice()).map_err(|_| Unsealable)
    }

    /// Seals a value for `place`: nonce, then ciphertext.
    pub(super) fn seal<T: Serialize>(&self, place: Place<'_>, value: &T) -> Result<Vec<u8>, Unsealable> {
        let mut plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| Unsealable)?);
        // JSON allows white space at its end: padding needs no length field.
        let padded = plain.len().next_multiple_of(PAD);
        plain.resize(padded, b' ');
        let mut nonce = [0u8; NONCE_BYTES];
        self.ids.fill(&mut nonce);
        let sealed = self
            .cipher()?
            .encrypt(&XNonce::from(nonce), Payload { msg: &plain, aad: &place.bytes() })
            .map_err(|_| Unsealable)?;
        Ok([nonce.as_slice(), sealed.as_slice()].concat())
    }

    /// Opens what was sealed for `place`.
    pub(super) fn open<T: DeserializeOwned>(&self, place: Place<'_>, sealed: &[u8]) -> Result<T, Unsealable> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Unsealable)?;
        let plain = Zeroizing::new(
            self.cipher()?
                .decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: &place.bytes() })
                .map_err(|_| Unsealable)?,
        );
        serde_json::from_slice(&plain).map_err(|_| Unsealable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::SeededIds;

    fn sealer(key: u8) -> Sealer {
        Sealer::new(Zeroizing::new([key; KEY_BYTES]), SeededIds::shared(7))
    }

    fn at(row: &[u8]) -> Place<'_> {
        Place { column: "drafts.text", row, order: 0 }
    }

    #[test]
    fn opens_only_in_its_place_with_its_key() {
        let sealed = sealer(1).seal(at(b"a"), &"hello").unwrap();
        assert_eq!(sealer(1).open::<String>(at(b"a"), &sealed), Ok("hello".to_owned()));
        assert_eq!(sealer(1).open::<String>(at(b"b"), &sealed), Err(Unsealable));
        assert_eq!(sealer(1).open::<String>(Place { order: 1, ..at(b"a") }, &sealed), Err(Unsealable));
        assert_eq!(sealer(1).open::<String>(Place { column: "ui", ..at(b"a") }, &sealed), Err(Unsealable));
        assert_eq!(sealer(2).open::<String>(at(b"a"), &sealed), Err(Unsealable));
    }

    #[test]
    fn every_flipped_bit_is_noticed_and_lengths_say_little() {
        let sealer = sealer(1);
        let sealed = sealer.seal(at(b"a"), &"hello").unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut bent = sealed.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(sealer.open::<String>(at(b"a"), &bent).is_err(), "bit {bit}");
        }
        for cut in 0..sealed.len() {
            assert!(sealer.open::<String>(at(b"a"), &sealed[..cut]).is_err());
        }
        assert_eq!(sealer.seal(at(b"a"), &"Al").unwrap().len(), sealer.seal(at(b"a"), &"Alexandria").unwrap().len());
    }
}
