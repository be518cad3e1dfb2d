//! What each operation may be refused with, and to whom. One table: the document is made from it, and every answer in the
//! integration tests is held against the document (`tests/it/contract.rs`), so what is missing here is found there.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::message::{REQUEST_ID, SERVER_TIME};
use crate::api::problem::{Code, Problem};

/// Who may ask, by the extractor of the handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    /// A probe; never told to wait.
    Probe,
    /// Anybody.
    Anyone,
    /// A running sign-in, in the waiting room or in.
    Newcomer,
    /// A running sign-in that was let in.
    Session,
    /// One that has accepted the rules of conduct.
    Reader,
    /// One that runs, or was ended.
    HandsIn,
    /// A captain's, an admin's or an owner's, whether the second factor is proved or not.
    Holder,
    /// A captain's, an admin's or an owner's.
    Captain,
    /// An admin's or an owner's.
    Admin,
    /// The same, of one who has accepted the rules of conduct.
    ReadingAdmin,
}

impl Who {
    fn in_words(self) -> &'static str {
        match self {
            Self::Probe => "For probes; never told to wait.",
            Self::Anyone => "For anybody.",
            Self::Newcomer => "For every sign-in, in the waiting room too.",
            Self::Session => "For every sign-in that was let in.",
            Self::Reader => "For every sign-in that was let in and has accepted the rules of conduct.",
            Self::HandsIn => "For every sign-in that was let in, ended ones too.",
            Self::Holder => "For captains, admins and owners, with a second factor that is proved or not.",
            Self::Captain => "For captains, admins and owners.",
            Self::Admin => "For admins and owners.",
            Self::ReadingAdmin => "For admins and owners who have accepted the rules of conduct.",
        }
    }

    fn refused(self) -> &'static [Code] {
        match self {
            Self::Probe => &[],
            Self::Anyone => &[RateLimited],
            Self::Newcomer => &[RateLimited, Unauthorized],
            Self::Session | Self::HandsIn => &[RateLimited, Unauthorized, WaitingRoom],
            Self::Reader => &[RateLimited, Unauthorized, WaitingRoom, ConductNotAccepted],
            Self::Holder => &[RateLimited, Unauthorized, WaitingRoom, Forbidden],
            Self::Captain | Self::ReadingAdmin => {
                &[RateLimited, Unauthorized, WaitingRoom, Forbidden, SecondFactorNeeded, ConductNotAccepted]
            }
            Self::Admin => &[RateLimited, Unauthorized, WaitingRoom, Forbidden, SecondFactorNeeded],
        }
    }
}

use Code::{
    AlreadySent, CapReached, Closed, ConductNotAccepted, Forbidden, Frozen, HeldByOthers, IdReused, Invalid,
    InviteSpent, LeaseLost, LedgerBroken, LegalHold, NoneLeft, NotFound, OutsideHours, Paused, PracticeNeeded,
    QuotaReached, RateLimited, Recalled, Removed, SecondFactorNeeded, SessionEnded, StaleReply, Suppressed,
    TextedLately, TooLarge, TooLate, Unauthorized, Unavailable, Unsettled, WaitingRoom, WrongCode,
};

/// Each operation: who may ask, and with what else it may be refused. All of them may be [`Unavailable`].
const OPERATIONS: &[(&str, Who, &[Code])] = &[
    ("healthz", Who::Probe, &[]),
    ("readyz", Who::Probe, &[]),
    ("join", Who::Anyone, &[Invalid, TooLarge, InviteSpent]),
    ("me", Who::Newcomer, &[]),
    ("renew_token", Who::Newcomer, &[]),
    ("conduct", Who::Newcomer, &[Invalid, NotFound]),
    ("accept_conduct", Who::Newcomer, &[NotFound]),
    ("practice", Who::Newcomer, &[Invalid, NotFound]),
    ("pass_practice", Who::Newcomer, &[]),
    ("campaigns", Who::Session, &[]),
    ("campaign", Who::Session, &[NotFound]),
    ("presence", Who::Session, &[]),
    (
        "claim",
        Who::Session,
        &[
            Invalid,
            TooLarge,
            NotFound,
            IdReused,
            Paused,
            Closed,
            NoneLeft,
            QuotaReached,
            HeldByOthers,
            OutsideHours,
            TextedLately,
            CapReached,
            ConductNotAccepted,
            PracticeNeeded,
        ],
    ),
    ("assignment", Who::Reader, &[Invalid, NotFound]),
    ("contacts", Who::Reader, &[Invalid, NotFound]),
    ("whereabouts", Who::Reader, &[Invalid, NotFound]),
    ("thread", Who::Reader, &[Invalid, NotFound]),
    ("events", Who::Reader, &[Invalid, NotFound]),
    (
        "send",
        Who::HandsIn,
        &[
            Invalid,
            TooLarge,
            NotFound,
            IdReused,
            SessionEnded,
            LeaseLost,
            AlreadySent,
            StaleReply,
            TooLate,
            Recalled,
            Removed,
            Closed,
            LedgerBroken,
            Suppressed,
            Frozen,
            Paused,
            OutsideHours,
            TextedLately,
        ],
    ),
    (
        "act",
        Who::HandsIn,
        &[
            Invalid,
            TooLarge,
            NotFound,
            IdReused,
            SessionEnded,
            LeaseLost,
            Forbidden,
            SecondFactorNeeded,
            StaleReply,
            Suppressed,
            Removed,
            Frozen,
            OutsideHours,
        ],
    ),
    ("verdict", Who::HandsIn, &[NotFound]),
    ("board", Who::Captain, &[NotFound]),
    ("held", Who::Captain, &[NotFound]),
    ("flagged", Who::Captain, &[NotFound]),
    ("recall", Who::Captain, &[Invalid, TooLarge, NotFound]),
    ("recalls", Who::Captain, &[NotFound]),
    ("all_recalls", Who::Captain, &[]),
    ("lift_recall", Who::Captain, &[Invalid, NotFound, Unsettled]),
    ("close_campaign", Who::Admin, &[Invalid, TooLarge, NotFound, Unsettled]),
    ("reopen_campaign", Who::Admin, &[Invalid, NotFound]),
    ("retention", Who::Admin, &[]),
    ("set_retention", Who::Admin, &[Invalid, TooLarge]),
    ("set_campaign_retention", Who::Admin, &[Invalid, TooLarge, NotFound]),
    ("run_retention", Who::Admin, &[Invalid]),
    ("holds", Who::Admin, &[]),
    ("hold", Who::Admin, &[Invalid, TooLarge, NotFound]),
    ("lift_hold", Who::Admin, &[NotFound]),
    ("person_out", Who::ReadingAdmin, &[Invalid, TooLarge]),
    ("erase_person", Who::Admin, &[Invalid, TooLarge, NotFound, LegalHold, Unsettled]),
    ("send_trial", Who::Captain, &[Invalid, TooLarge, NotFound, IdReused, Suppressed, QuotaReached, OutsideHours]),
    ("trials", Who::Captain, &[NotFound]),
    ("calendar", Who::Session, &[NotFound]),
    ("rsvps_out", Who::ReadingAdmin, &[Invalid, NotFound]),
    ("queues", Who::Captain, &[NotFound]),
    ("queue_out", Who::ReadingAdmin, &[Invalid, NotFound]),
    ("queue_done", Who::Captain, &[Invalid, TooLarge, NotFound]),
    ("waiting_room", Who::Captain, &[]),
    ("import_start", Who::Admin, &[Invalid, TooLarge, NotFound, IdReused]),
    ("import_state", Who::Admin, &[Invalid, NotFound]),
    ("lists", Who::Admin, &[Invalid, NotFound]),
    ("list_add", Who::Admin, &[Invalid, TooLarge, NotFound, IdReused]),
    ("import_chunk", Who::Admin, &[Invalid, TooLarge, NotFound, Closed]),
    ("import_finish", Who::Admin, &[Invalid, NotFound, Closed]),
    ("update_script", Who::Admin, &[Invalid, TooLarge, NotFound]),
    ("correction", Who::Admin, &[Invalid, TooLarge, NotFound, IdReused]),
    ("follow_up", Who::Admin, &[Invalid, TooLarge, NotFound, IdReused]),
    ("segments", Who::Admin, &[]),
    ("save_segment", Who::Admin, &[Invalid, TooLarge, NotFound]),
    ("remove_segment", Who::Admin, &[Invalid, NotFound]),
    ("segment_count", Who::ReadingAdmin, &[Invalid, NotFound]),
    ("remove_contacts", Who::Admin, &[Invalid, TooLarge, NotFound]),
    ("bring_back_contacts", Who::Admin, &[Invalid, TooLarge, NotFound]),
    ("correct_contacts", Who::Admin, &[Invalid, TooLarge, NotFound]),
    ("invite", Who::Admin, &[Invalid, TooLarge, NotFound]),
    ("invites", Who::Admin, &[]),
    ("revoke_invite", Who::Admin, &[NotFound]),
    ("sessions", Who::Admin, &[]),
    ("revoke_session", Who::Admin, &[NotFound]),
    ("people", Who::Admin, &[]),
    ("add_opt_outs", Who::Captain, &[Invalid, TooLarge]),
    ("rename_person", Who::Session, &[Invalid, TooLarge, NotFound, Forbidden, SecondFactorNeeded]),
    ("second_factor", Who::Session, &[]),
    ("set_second_factor", Who::Holder, &[Invalid, TooLarge, WrongCode]),
    ("prove_second_factor", Who::Holder, &[Invalid, TooLarge, WrongCode]),
    ("remove_second_factor", Who::Holder, &[Invalid, TooLarge, WrongCode]),
    ("lift_second_factor", Who::Admin, &[NotFound]),
    ("set_conduct", Who::Admin, &[Invalid, TooLarge]),
    ("proposal", Who::Admin, &[NotFound]),
    ("withdraw_proposal", Who::Admin, &[NotFound, Invalid]),
    ("approve_proposal", Who::Admin, &[NotFound, Invalid, Closed]),
    ("withdraw_canned", Who::Admin, &[]),
    ("approve_canned", Who::Admin, &[Invalid]),
    ("canned_replies", Who::Admin, &[]),
    ("set_canned_replies", Who::Admin, &[Invalid, TooLarge]),
    ("audit", Who::Admin, &[Invalid]),
    ("contacts_out", Who::ReadingAdmin, &[Invalid, NotFound]),
    ("messages_out", Who::ReadingAdmin, &[Invalid, NotFound]),
    ("columns_out", Who::ReadingAdmin, &[Invalid, NotFound]),
    ("figures_out", Who::ReadingAdmin, &[Invalid, NotFound]),
    ("opt_outs_out", Who::ReadingAdmin, &[Invalid, NotFound]),
    ("ledger", Who::Admin, &[Invalid]),
    ("ledger_state", Who::Admin, &[]),
];

/// What a code means, in one line.
fn meaning(code: Code) -> &'static str {
    match code {
        NoneLeft => "every contact has been texted, is opted out or in the own hands",
        HeldByOthers => "the contacts that are left are in others' slices",
        OutsideHours => "it is outside texting hours where they are; `at` says when it will not be",
        TextedLately => {
            "another campaign has texted them within the days that are left between; `at` says when it is possible"
        }
        CapReached => "what the carrier lets through is used up for now; `at` says when to ask again",
        Paused => "the campaign does not run",
        QuotaReached => "as many contacts as allowed are in hand",
        Suppressed => "the person opted out, or the number is wrong",
        Frozen => "what the person wrote may be an opt-out: somebody has to decide first",
        LeaseLost => "the contact is not in the own hands (any more)",
        AlreadySent => "the contact has its first text; `who` and `at` say from whom and when",
        StaleReply => "the thread has a newer message than the author had seen",
        TooLate => "it was confirmed too long ago, or before the present texting hours",
        Recalled => "it carries what a captain took back: look at the contact again",
        Closed => "the campaign is closed: late replies are answered by who looks after them, and by captains",
        Unsettled => {
            "something is still open that has to be settled first; `faults` names each when a campaign is closed"
        }
        LegalHold => "a legal hold is in force: nothing under it is removed or erased",
        Removed => "the contact was taken off the campaign's list",
        LedgerBroken => "its place in the device's ledger is taken",
        SessionEnded => "it was confirmed after the sign-in had been ended",
        IdReused => "the id was used before for something else",
        Invalid => "what was sent is not what is asked for; `faults` names each fault",
        TooLarge => "it is larger than allowed",
        NotFound => "there is no such thing, or it is not this sign-in's to see",
        Unauthorized => "there is no such sign-in, or no more: join again",
        Forbidden => "the sign-in's role may not do it",
        InviteSpent => "no join link like this is good now",
        ConductNotAccepted => "rules of conduct are to be read and accepted first",
        PracticeNeeded => "the campaign hands out no contacts before the practice",
        SecondFactorNeeded => "the second factor is to be proved first, or set",
        WrongCode => "it is not the code now, or was used already; `at`: none is taken before then",
        WaitingRoom => "a captain lets this person in first",
        RateLimited => "too many requests: wait as long as `Retry-After` says",
        Unavailable => "no answer now, and nothing is known about what was done: ask again with the same id",
    }
}

/// Headers of every answer.
pub(super) fn headers() -> Value {
    json!({
        REQUEST_ID: {"$ref": "#/components/headers/request-id"},
        SERVER_TIME: {"$ref": "#/components/headers/server-time"},
    })
}

/// Puts what each operation may be refused with in the place of its `default`.
pub(super) fn tell(document: &mut Value) {
    document["components"]["headers"] = json!({
        "request-id": {
            "description": "The request's id, as the server's log has it; one that came with the request is kept when it is a UUID",
            "required": true,
            "schema": {"type": "string", "format": "uuid"},
        },
        "server-time": {
            "description": "The server's time, by which a client learns how far its own is off",
            "required": true,
            "schema": {"type": "string", "format": "date-time"},
        },
        "retry-after": {
            "description": "Seconds to wait",
            "schema": {"type": "integer", "minimum": 1, "maximum": 65535},
        },
        "www-authenticate": {"description": "`Bearer`", "schema": {"type": "string"}},
    });
    let mut shared = Map::new();
    for operation in super::operations(document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let Some((id, who, codes)) = OPERATIONS.iter().find(|(known, ..)| *known == id) else { continue };
        let words = operation["description"].as_str().unwrap_or_default();
        operation["description"] = json!(format!("{words} {}", who.in_words()));
        let Some(answers) = operation["responses"].as_object_mut() else { continue };
        answers.remove("default");
        let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in who.refused().iter().chain(*codes).chain(&[Unavailable]) {
            by_status.entry(code.status()).or_default().push(*code);
        }
        // Verdicts that are refusals say whose they are.
        let verdict = matches!(*id, "send" | "act");
        for (status, codes) in by_status {
            let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
            let name = format!("{status}.{}{}", words.join("."), if verdict { ".verdict" } else { "" });
            answers.insert(status.to_string(), json!({"$ref": format!("#/components/responses/{name}")}));
            shared.entry(name).or_insert_with(|| refusal(status, &codes, verdict));
        }
    }
    document["components"]["responses"] = Value::Object(shared);
}

/// One answer: this status, for these reasons.
fn refusal(status: u16, codes: &[Code], verdict: bool) -> Value {
    let reasons: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), meaning(*code))).collect();
    let words: Vec<&str> = codes.iter().map(|code| code.as_str()).collect();
    let mut told = json!({"status": {"const": status}, "code": {"enum": words}});
    if verdict {
        told["verdict"] = json!({
            "description": "The id whose verdict this is, for ever; absent when none was stored",
            "type": "string",
            "format": "uuid",
        });
    }
    let mut headers = headers();
    if matches!(status, 429 | 503) {
        headers["retry-after"] = json!({"$ref": "#/components/headers/retry-after"});
    }
    if status == 401 {
        headers["www-authenticate"] = json!({"$ref": "#/components/headers/www-authenticate"});
    }
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| (code.as_str().to_owned(), json!({"value": Problem::new(*code, meaning(*code))})))
        .collect();
    json!({
        "description": reasons.join("; "),
        "headers": headers,
        "content": {"application/problem+json": {
            "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"type": "object", "properties": told}]},
            "examples": examples,
        }},
    })
}
