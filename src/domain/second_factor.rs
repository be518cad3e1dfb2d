//! The second factor: codes that change with time, as every authenticator app makes them (RFC 6238 with SHA-1, 30 seconds, 6 digits).

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha1::Sha1;
use zeroize::Zeroize;

/// How long a code is good, in seconds.
const STEP: i64 = 30;
/// Bytes of a secret: as many as SHA-1 gives.
const LENGTH: usize = 20;
/// Of RFC 4648.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What a phone and the server share. It never shows itself by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; LENGTH]);

/// Six digits, as they were typed or made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OneTimeCode(u32);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(<hidden>)")
    }
}

impl std::fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OneTimeCode(<hidden>)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Secret {
    /// A fresh one: `fill` gives random bytes.
    #[must_use]
    pub fn fresh(fill: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = [0; LENGTH];
        fill(&mut bytes);
        Self(bytes)
    }

    /// As it is kept. None when it has another length.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// To be kept.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads what [`Self::base32`] wrote; blanks and small letters do no harm.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mut bytes, mut bits, mut held) = (Vec::with_capacity(LENGTH), 0u32, 0u32);
        for c in text.bytes().filter(|c| !c.is_ascii_whitespace()) {
            let digit = BASE32.iter().position(|known| *known == c.to_ascii_uppercase())?;
            held = (held << 5 | u32::try_from(digit).ok()?) & 0xfff;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                bytes.push(u8::try_from((held >> bits) & 0xff).ok()?);
            }
        }
        let secret = (bits == 0).then(|| Self::from_bytes(&bytes)).flatten();
        bytes.zeroize();
        secret
    }

    /// As an app takes it when it is typed by hand: 32 letters and digits.
    #[must_use]
    pub fn base32(&self) -> String {
        let digit = |place: usize| {
            let bit = place * 5;
            let pair = u16::from(self.0[bit / 8]) << 8 | u16::from(self.0.get(bit / 8 + 1).copied().unwrap_or(0));
            char::from(BASE32[usize::from(pair >> (11 - bit % 8) & 31)])
        };
        (0..LENGTH * 8 / 5).map(digit).collect()
    }

    /// The same in groups of four.
    #[must_use]
    pub fn in_groups(&self) -> String {
        let all: Vec<char> = self.base32().chars().collect();
        all.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }

    /// The address that a QR code holds. What it leaves out is what every app takes for granted.
    #[must_use]
    pub fn address(&self, issuer: &str, account: &str) -> String {
        let (issuer, account) = (percent(issuer), percent(account));
        format!("otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}", self.base32())
    }

    /// The code of one step of time.
    #[must_use]
    pub fn code(&self, step: u64) -> OneTimeCode {
        let mut key = [0u8; 64];
        key[..LENGTH].copy_from_slice(&self.0);
        let mut mac = Hmac::<Sha1>::new(&key.into());
        key.zeroize();
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let at = usize::from(hash[19] & 0xf);
        let word = u32::from_be_bytes([hash[at], hash[at + 1], hash[at + 2], hash[at + 3]]);
        OneTimeCode((word & 0x7fff_ffff) % 1_000_000)
    }

    /// Which step this code is of: the one that time is in, or a neighbour of it, for a clock that is a little off.
    #[must_use]
    pub fn step_of(&self, code: OneTimeCode, now: u64) -> Option<u64> {
        [now, now.saturating_sub(1), now + 1].into_iter().find(|step| self.code(*step) == code)
    }
}

impl OneTimeCode {
    /// Six digits; blanks between them do no harm.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let six = digits.len() == 6 && digits.bytes().all(|c| c.is_ascii_digit());
        six.then(|| digits.parse().ok().map(Self)).flatten()
    }

    /// As an app shows it.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:06}", self.0)
    }
}

/// The step that a time is in.
#[must_use]
pub fn step_at(now: Timestamp) -> u64 {
    u64::try_from(now.as_second() / STEP).unwrap_or(0)
}

fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rfc() -> Secret {
        Secret::from_bytes(b"12345678901234567890").expect("twenty bytes")
    }

    /// Appendix B of RFC 6238, the last six of its eight digits.
    #[rstest::rstest]
    #[case(59, "287082")]
    #[case(1_111_111_109, "081804")]
    #[case(1_111_111_111, "050471")]
    #[case(1_234_567_890, "005924")]
    #[case(2_000_000_000, "279037")]
    #[case(20_000_000_000, "353130")]
    fn codes_are_those_of_the_standard(#[case] second: i64, #[case] code: &str) {
        let step = step_at(Timestamp::from_second(second).expect("a time"));
        assert_eq!(rfc().code(step).digits(), code);
    }

    #[test]
    fn a_clock_may_be_one_step_off_and_no_more() {
        let secret = rfc();
        let found: Vec<_> = (95..=105).map(|step| secret.step_of(secret.code(step), 100)).collect();
        let wanted: Vec<_> = (95..=105).map(|step| (99..=101).contains(&step).then_some(step)).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_secret_is_written_and_read() {
        assert_eq!(rfc().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(rfc().in_groups(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(Secret::parse(&rfc().in_groups().to_lowercase()), Some(rfc()));
        assert_eq!(
            rfc().address("Us & Co", "Ann"),
            "otpauth://totp/Us%20%26%20Co:Ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Us%20%26%20Co"
        );
    }

    proptest::proptest! {
        #[test]
        fn every_secret_comes_back(bytes: [u8; LENGTH]) {
            let secret = Secret(bytes);
            proptest::prop_assert_eq!(Secret::parse(&secret.base32()), Some(secret));
        }
    }

    #[rstest::rstest]
    #[case("")]
    #[case("GEZDGNBVGY3TQOJQ")]
    #[case("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBV")]
    #[case("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1")]
    #[case("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOé")]
    fn what_is_no_secret_is_none(#[case] text: &str) {
        assert_eq!(Secret::parse(text), None);
    }

    #[rstest::rstest]
    #[case("005924", Some("005924"))]
    #[case(" 005 924\n", Some("005924"))]
    #[case("5924", None)]
    #[case("0059240", None)]
    #[case("+05924", None)]
    #[case("٠٠٥٩٢٤", None)]
    fn a_code_is_six_digits(#[case] text: &str, #[case] code: Option<&str>) {
        assert_eq!(OneTimeCode::parse(text).map(OneTimeCode::digits).as_deref(), code);
    }

    #[test]
    fn neither_shows_itself() {
        assert_eq!(format!("{:?} {:?}", rfc(), rfc().code(1)), "Secret(<hidden>) OneTimeCode(<hidden>)");
    }
}
