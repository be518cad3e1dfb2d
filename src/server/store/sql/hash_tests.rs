//! What "the same request" means, byte for byte: a request that came to an older program and comes again must not look like
//! another one. These bytes never change; a new field is left out of them while it holds its default.

use pretty_assertions::assert_eq;

use super::send::request_hash;
use crate::api::{act::Act, message::SendRequest};

fn hex(hash: [u8; 32]) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

/// With nothing in it that has a default.
const BARE: &str = r#"{"campaign":1,"contact":2,"kind":"initial","body":"Hi Ann!","after_seq":0,"epoch":3,"script_version":4,"off_script":false,"shown":{"body_hash":"b0","drawn_at":"2026-06-10T18:00:00Z","pressed_at":"2026-06-10T18:00:01.5Z","dwell_ms":400,"mono_ms":0,"device":"00000000-0000-0000-0000-000000000007"}}"#;

/// With everything.
const FULL: &str = r#"{"campaign":1,"contact":2,"kind":"reply","body":"¡Sí!","after_seq":5,"epoch":3,"script_version":4,"variant":"a","source":"canned:where","off_script":true,"shown":{"body_hash":"b0","drawn_at":"2026-06-10T18:00:00Z","pressed_at":"2026-06-10T18:00:01.5Z","dwell_ms":400,"mono_ms":99,"device":"00000000-0000-0000-0000-000000000007","link":{"chain":"00000000-0000-0000-0000-000000000009","n":6,"prev":"p0","hash":"h0"}}}"#;

#[rstest::rstest]
#[case::bare(BARE, "32a510662207b76776193936da291c4b55cea949c3432b8565cdf8eeabdb5312")]
#[case::full(FULL, "d91f1f065222905460a3d64926cb516738f282439388b8bfa862245d7063d170")]
fn a_text_has_the_bytes_and_the_hash_it_always_had(#[case] bytes: &str, #[case] hash: &str) {
    let request: SendRequest = serde_json::from_str(bytes).expect("a text");
    assert_eq!(serde_json::to_string(&request).expect("bytes"), bytes);
    assert_eq!(hex(request_hash("send", &request).expect("a hash")), hash);
}

#[test]
fn a_text_of_a_client_that_says_less_or_more_is_the_same_text() {
    let bare: SendRequest = serde_json::from_str(BARE).expect("a text");
    let less =
        BARE.replace(r#""after_seq":0,"#, "").replace(r#""off_script":false,"#, "").replace(r#""mono_ms":0,"#, "");
    let more = BARE.replacen('{', r#"{"a_field_to_come":null,"#, 1);
    for other in [less, more] {
        let other: SendRequest = serde_json::from_str(&other).expect("a text");
        assert_eq!(request_hash("send", &other).expect("a hash"), request_hash("send", &bare).expect("a hash"));
    }
}

#[rstest::rstest]
#[case(
    r#"{"act":"opt_out","contact":2,"notice":true}"#,
    "1ee88c591907cd0382a0ba6f5d89bcf02441ebc9c66a0eabfd42486ec10c22c9"
)]
#[case(
    r#"{"act":"not_opt_out","contact":2,"after_seq":0}"#,
    "89ef6129f0b642524acf8ec1fe6063375b0a9693522a35735fe446b546b2a860"
)]
#[case(
    r#"{"act":"answer","contact":2,"question":"q","value":null}"#,
    "fcedd3054e69b8e8e12a7b3d1656355dba9504139973a26b63490cbe0888990c"
)]
#[case(
    r#"{"act":"tag","contact":2,"tag":"t","on":true}"#,
    "1eda31a3284fc4b394c131077d7f4a2b35d397b4ad4cc6d66324f232791e57a5"
)]
#[case(r#"{"act":"note","contact":2,"text":"n"}"#, "2ebe216c4ca0dcfdd266a4badf7949db903aac2aba978ddfed483f499c3e7c3c")]
#[case(r#"{"act":"wrong_number","contact":2}"#, "531e23c1f89a854ce46dcb4db25d22f183555b7147e64269b57be6327d229bd1")]
#[case(r#"{"act":"close","contact":2}"#, "5cb74b3b68d38cd8010c6a8e845f33370b75d542653b1e948d46cc7af8837393")]
#[case(r#"{"act":"reopen","contact":2}"#, "5de65f90b1496f9226bea68ad5cd27df86d4303844b0056ff2b5ee5454e671fc")]
#[case(
    r#"{"act":"release","campaign":1,"unsent":true,"conversations":false}"#,
    "12ebe605e7f298e7bf344123b3dff6c8dd2f34749522361718d5badc08684890"
)]
#[case(r#"{"act":"pause","campaign":1}"#, "78bb6bea58e241e154b41ac188d25f5e9fb9823bc01ad7124f86ae85427a5bda")]
#[case(r#"{"act":"resume","campaign":1}"#, "7f1fe3eb3f5506321ac6b583c43f5c38bce9c1b94ccda848a0fbec0ddab94ac2")]
#[case(
    r#"{"act":"reclaim","campaign":1,"texter":5}"#,
    "5eac3e73faf12d49479f1b99b28dd487b366a6db2174d6549a232d5b2f3ecd97"
)]
#[case(
    r#"{"act":"decide_held","message":"00000000-0000-0000-0000-000000000008","decision":"send_again"}"#,
    "47b243d14d0b2a68f88cff517175abf3b6e5fd1989b5c7c61a9cb1a815ab22d7"
)]
fn an_act_has_the_bytes_and_the_hash_it_always_had(#[case] bytes: &str, #[case] hash: &str) {
    let act: Act = serde_json::from_str(bytes).expect("an act");
    assert_eq!(serde_json::to_string(&act).expect("bytes"), bytes);
    assert_eq!(hex(request_hash("act", &act).expect("a hash")), hash);
}
