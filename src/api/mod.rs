//! The contract between the wings: HTTP/JSON under `/api/v1`, events by SSE.
//!
//! Types only. Additive evolution: unknown fields and unknown events are ignored on the wire.
//! Times are RFC 3339, UTC; ids of acts are UUIDv7 minted by the client; other ids are integers.
//!
//! | method and path | who | request -> answer |
//! |---|---|---|
//! | `POST /api/v1/join` | anyone with an invite | [`people::JoinRequest`] -> [`people::Joined`] |
//! | `GET /api/v1/me` | session | -> [`people::Me`] |
//! | `GET /api/v1/campaigns` | session | -> `Vec<`[`campaign::CampaignTodo`]`>` |
//! | `GET /api/v1/campaigns/{id}` | session | -> [`campaign::CampaignView`] |
//! | `GET /api/v1/campaigns/{id}/flagged` | captain | list of [`captain::Flagged`] |
//! | `PUT /api/v1/campaigns/{id}/claims/{claim}` | texter | [`assignment::ClaimRequest`] -> [`assignment::SliceGrant`] |
//! | `GET /api/v1/campaigns/{id}/assignment?cursor&limit` | texter | -> [`assignment::AssignmentPage`] |
//! | `GET /api/v1/campaigns/{id}/contacts?ids=1,2` | texter | -> `Vec<`[`assignment::ContactView`]`>` (at most 100; missing = not yours any more) |
//! | `GET /api/v1/campaigns/{id}/whereabouts?ids=1,2` | texter | -> [`assignment::Whereabouts`]: who has what was mine, as counts (at most 500) |
//! | `GET /api/v1/contacts/{id}/thread?before&limit` | texter | -> [`message::Thread`] |
//! | `PUT /api/v1/messages/{id}` | texter | [`message::SendRequest`] -> 202 [`message::Verdict`], or a problem |
//! | `PUT /api/v1/acts/{id}` | texter, captain | [`act::Act`] -> 200 [`message::Verdict`], or a problem |
//! | `GET /api/v1/verdicts/{id}` | session | -> [`message::Verdict`] of an own message or act |
//! | `POST /api/v1/presence` | session | -> [`people::Presence`]: renews the leases |
//! | `GET /api/v1/campaigns/{id}/events` (`Last-Event-ID` or `?after=`) | session | SSE of [`event::Event`] |
//! | `GET /api/v1/campaigns/{id}/board` | captain | -> [`captain::Board`] |
//! | `PUT /api/v1/imports/{import}` | admin | [`admin::ImportStart`] -> [`admin::ImportState`] |
//! | `PUT /api/v1/imports/{import}/chunks/{n}` | admin | [`admin::ImportChunk`] -> [`admin::ImportState`] |
//! | `POST /api/v1/imports/{import}/finish` | admin | -> [`admin::ImportState`] |
//! | `PUT /api/v1/campaigns/{id}/script` | admin | [`recall::ScriptUpdate`] -> [`recall::ScriptState`] |
//! | `POST /api/v1/campaigns/{id}/recalls?dry_run`, `GET` | captain | [`recall::RecallRequest`] -> [`recall::RecallReport`]; `Vec<`[`recall::RecallInfo`]`>` |
//! | `DELETE /api/v1/campaigns/{id}/recalls/{recall}` | captain | -> 204: it was a mistake |
//! | `PUT /api/v1/campaigns/{id}/trials/{message}` | captain | [`trial::TrialRequest`] -> [`trial::TrialInfo`]: one text to one staff phone |
//! | `GET /api/v1/campaigns/{id}/trials` | captain | -> `Vec<`[`trial::TrialInfo`]`>` |
//! | `GET /api/v1/campaigns/{id}/proposal`, `DELETE`, `POST .../approve` | admin | -> [`approval::ProposalState`], 204, [`recall::ScriptState`] |
//! | `GET /api/v1/canned-replies`, `PUT` | admin | -> [`canned::CannedReplies`]; [`canned::SetCanned`] -> [`canned::CannedSet`] |
//! | `DELETE /api/v1/canned-replies/proposal`, `POST .../approve` | admin | -> [`canned::CannedReplies`], [`canned::CannedSet`] |
//! | `GET /api/v1/campaigns/{id}/calendar` | session | -> `Vec<`[`rsvp::EventTally`]`>`: what people are invited to, and how many said what |
//! | `GET /api/v1/campaigns/{id}/rsvps?event&cursor&limit` | admin | -> [`rsvp::RsvpsOut`] |
//! | `GET /api/v1/campaigns/{id}/queues` | captain | -> `Vec<`[`rsvp::QueueTally`]`>` |
//! | `GET /api/v1/campaigns/{id}/queue-entries?queue&all&cursor&limit` | admin | -> [`rsvp::QueueOut`] |
//! | `POST /api/v1/campaigns/{id}/queue-entries/done` | captain | [`rsvp::QueueDone`] -> [`rsvp::QueueChanged`] |
//! | `PUT /api/v1/corrections/{id}` | admin | [`recall::CorrectionRequest`] -> [`segments::FollowUp`] |
//! | `GET /api/v1/segments`, `POST`; `DELETE /api/v1/segments/{id}` | admin | -> `Vec<`[`segments::SegmentInfo`]`>`; [`segments::SaveSegment`] -> [`segments::SegmentInfo`]; 204 |
//! | `GET /api/v1/campaigns/{id}/results/segment` | admin | -> [`segments::SegmentCount`] |
//! | `PUT /api/v1/follow-ups/{id}` | admin | [`segments::FollowUpRequest`] -> [`segments::FollowUp`]: asked again until it is finished |
//! | `POST /api/v1/campaigns/{id}/contacts/remove` | admin | [`list_change::ListRemoval`] -> [`list_change::ListChanged`] |
//! | `POST /api/v1/campaigns/{id}/contacts/correct` | admin | [`list_change::ListCorrection`] -> [`list_change::ListChanged`] |
//! | `POST /api/v1/campaigns/{id}/close?dry_run`, `.../reopen` | admin | [`closing::CloseRequest`] -> [`closing::CloseReport`] |
//! | `GET /api/v1/retention`, `PUT`; `PUT /api/v1/campaigns/{id}/retention` | admin | [`keeping::SetRetention`] -> [`keeping::RetentionState`] |
//! | `POST /api/v1/retention/runs?dry_run` | admin | -> [`keeping::RetentionRun`] |
//! | `GET /api/v1/holds`, `POST`, `DELETE /api/v1/holds/{hold}` | admin | [`keeping::HoldRequest`] -> [`keeping::HoldInfo`]; 204 |
//! | `POST /api/v1/person/export`, `.../erase` | admin | [`keeping::PersonWanted`] -> [`keeping::PersonOut`]; [`keeping::EraseRequest`] -> [`keeping::Erased`] |
//! | `POST /api/v1/invites`, `GET /api/v1/invites` | admin | [`admin::InviteRequest`] -> [`admin::Invite`]; `Vec<`[`admin::InviteInfo`]`>` |
//! | `DELETE /api/v1/invites/{id}` | admin | -> 204 |
//! | `GET /api/v1/sessions`, `DELETE /api/v1/sessions/{id}` | admin | -> `Vec<`[`people::SessionInfo`]`>`, 204 |
//! | `POST /api/v1/token` | session | -> [`people::Renewed`]: the next token, which is stored before it is used |
//! | `GET /api/v1/audit?contact&person&device&since&cursor&limit` | admin | -> [`audit::AuditPage`] |
//! | `GET /api/v1/conduct?campaign=` | session | -> `Vec<`[`conduct::ConductText`]`>`: what is to be read and accepted |
//! | `PUT /api/v1/conduct/{version}` | session | -> 204: accepted |
//! | `GET /api/v1/practice?campaign=` | session | -> [`practice::Practice`]: passed, asked for |
//! | `PUT /api/v1/practice` | session | -> [`practice::Practice`]: on record |
//! | `PUT /api/v1/conduct` | admin | [`conduct::SetConduct`] -> [`conduct::ConductInForce`] |
//! | `GET /api/v1/second-factor` | session | -> [`second_factor::SecondFactor`] |
//! | `PUT /api/v1/second-factor`, `POST .../proof`, `POST .../removal` | captain | [`second_factor::SetSecondFactor`], [`second_factor::SecondFactorCode`] -> [`second_factor::SecondFactor`] |
//! | `DELETE /api/v1/people/{id}/second-factor` | admin | -> 204: a lost phone |
//! | `GET /api/v1/waiting-room` | captain | -> `Vec<`[`people::WaitingPerson`]`>` |
//! | `GET /api/v1/people` | admin | -> `Vec<`[`people::PersonInfo`]`>` |
//! | `GET /api/v1/ledger?cursor=&limit=`, `GET /api/v1/ledger/state` | admin | -> [`ledger::LedgerPage`], [`ledger::LedgerState`] |
//! | `GET /api/v1/campaigns/{id}/results/contacts`, `.../messages`, `.../columns`, `.../figures` | admin | -> [`results::ContactsOut`], [`results::MessagesOut`], [`results::ColumnsOut`], [`results::FiguresOut`] |
//! | `GET /api/v1/opt-outs` | admin | -> [`results::OptOutsOut`] |
//! | `GET /api/v1/openapi.json`, `GET /healthz`, `GET /readyz` | anyone | |
//!
//! Refusals are problem documents ([`problem::Problem`]) with a stable [`problem::Code`].

pub mod act;
pub mod admin;
pub mod approval;
pub mod assignment;
pub mod audit;
pub mod campaign;
pub mod canned;
pub mod captain;
pub mod closing;
pub mod conduct;
pub mod event;
pub mod keeping;
pub mod ledger;
pub mod list_change;
pub mod message;
pub mod opt_out;
pub mod people;
pub mod practice;
pub mod problem;
pub mod recall;
pub mod results;
pub mod review;
pub mod rsvp;
pub mod second_factor;
pub mod segments;
pub mod trial;

/// What is wrong with JSON that could not be read, and where, without a word of it: what is in it may be somebody's name or number,
/// and the fault goes to logs and screens.
#[must_use]
pub fn json_fault(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Io => "it could not be read",
        Category::Syntax => "it is no JSON",
        Category::Data => "it is not what the contract says",
        Category::Eof => "it ends too early",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(r#"{"seq":"Marisol"}"#, "it is not what the contract says (line 1, column 16)")]
    #[case(r#"{"seq":4155550123"#, "it ends too early (line 1, column 17)")]
    #[case("Marisol", "it is no JSON (line 1, column 1)")]
    fn a_fault_does_not_repeat_what_is_in_it(#[case] json: &str, #[case] fault: &str) {
        let error = serde_json::from_str::<event::Event>(json).expect_err("a fault");
        assert_eq!(json_fault(&error), fault);
    }
}
