//! Ids. Spoke's are integers, and so are ours for people, contacts and campaigns: they are the same numbers, so that a journal
//! that outlives the program still names the right contact. A campaign of ours is an assignment there, one person's share of a campaign.
//! A message there has a number too, a message here a UUID: it is made from the number, the same one every time.

use uuid::{Builder, Uuid};

use crate::domain::ids::MessageId;

/// The id of the message with this number on this server.
#[must_use]
pub fn message(server: &str, number: &str) -> MessageId {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"textbank: a message of a Spoke server\n");
    hasher.update(server.as_bytes());
    hasher.update(b"\n");
    hasher.update(number.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    MessageId(of_bytes(bytes))
}

fn of_bytes(bytes: [u8; 16]) -> Uuid {
    Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_one_id_and_no_other_has_it() {
        let one = message("https://spoke.example.org", "7");
        assert_eq!(one, message("https://spoke.example.org", "7"));
        assert_ne!(one, message("https://spoke.example.org", "71"));
        assert_ne!(one, message("https://other.example.org", "7"));
        assert_eq!(one.0.get_version_num(), 8);
    }
}
