//! Columns as Spoke and Rewired Spoke have them.

use jiff::Timestamp;

use super::{Campaign, Shape};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::message::{Delivery, Direction};
use crate::domain::results::{ContactResult, MessageResult, OptOutResult};

/// How a campaign's contacts become rows.
#[derive(Debug)]
pub struct ContactShape {
    shape: Shape,
    campaign: String,
    title: String,
    /// Columns of the list.
    columns: Vec<String>,
    /// Keys and texts of the questions.
    questions: Vec<(String, String)>,
}

/// Words of Spoke for where a conversation stands.
fn status(status: Status) -> &'static str {
    match status {
        Status::NeedsMessage => "needsMessage",
        Status::Messaged => "messaged",
        Status::NeedsResponse => "needsResponse",
        Status::Convo => "convo",
        Status::Closed => "closed",
    }
}

/// Words of Spoke for what became of a text.
fn send_status(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Accepted => "QUEUED",
        Delivery::Submitting | Delivery::Unknown => "SENDING",
        Delivery::Submitted => "SENT",
        Delivery::Delivered | Delivery::Received => "DELIVERED",
        Delivery::Failed => "ERROR",
        Delivery::Held => "PAUSED",
        Delivery::Dropped => "NOT_ATTEMPTED",
    }
}

/// A moment as Spoke writes it.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

fn yes(is: bool) -> String {
    is.to_string()
}

/// Each name once: the second of the same gets `_1`, as in Spoke.
pub(super) fn each_once(names: Vec<String>) -> Vec<String> {
    let mut taken = std::collections::BTreeSet::new();
    let mut once = Vec::with_capacity(names.len());
    for name in names {
        let mut free = name.clone();
        let mut number = 0;
        while !taken.insert(free.clone()) {
            number += 1;
            free = format!("{name}_{number}");
        }
        once.push(free);
    }
    once
}

impl ContactShape {
    /// For the contacts of a campaign.
    #[must_use]
    pub fn new(shape: Shape, campaign: &Campaign<'_>) -> Self {
        // Both have a column of their own for it.
        let columns = campaign.columns.iter().filter(|name| !name.eq_ignore_ascii_case("city"));
        Self {
            shape,
            campaign: campaign.id.to_string(),
            title: campaign.def.title.clone(),
            columns: columns.cloned().collect(),
            questions: campaign.def.questions.iter().map(|one| (one.id.clone(), one.text.clone())).collect(),
        }
    }

    /// Names of the columns.
    #[must_use]
    pub fn header(&self) -> Vec<String> {
        let fixed: &[&str] = match self.shape {
            Shape::Spoke => &[
                "id",
                "campaign_id",
                "assignment_id",
                "optOutCampaign",
                "optedOut",
                "texterFirst",
                "texterLast",
                "texterEmail",
                "texterCell",
                "texterAlias",
                "external_id",
                "first_name",
                "last_name",
                "cell",
                "city",
                "state",
                "zip",
                "message_status",
                "error_code",
                "texterExtra",
            ],
            Shape::Rewired => &[
                "campaignId",
                "campaign",
                "contact[firstName]",
                "contact[lastName]",
                "contact[cell]",
                "contact[zip]",
                "contact[city]",
                "contact[state]",
                "contact[optOut]",
                "contact[messageStatus]",
                "contact[external_id]",
            ],
        };
        let mut names: Vec<String> = fixed.iter().map(|name| (*name).to_owned()).collect();
        let own = self.columns.iter().map(String::as_str).chain(["notes"]);
        let questions = self.questions.iter().map(|(_, text)| format!("question[{text}]"));
        match self.shape {
            Shape::Spoke => {
                names.extend(own.map(str::to_owned));
                names.push("tags".to_owned());
                names.extend(questions);
            }
            Shape::Rewired => {
                names.extend(own.map(|name| format!("contact[{name}]")));
                names.extend(questions);
                names.push("tags".to_owned());
            }
        }
        each_once(names)
    }

    /// The cells of one contact.
    #[must_use]
    pub fn cells(&self, contact: &ContactResult) -> Vec<String> {
        let listed = &contact.listed;
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let city = listed.fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("city"));
        let city = city.map(|(_, value)| value.clone()).unwrap_or_default();
        let opted_out = matches!(contact.opt_out, OptOut::Yes { .. });
        let own = self.columns.iter().map(|name| listed.fields.get(name).cloned().unwrap_or_default());
        let answers = self.questions.iter().map(|(id, _)| contact.answers.get(id).cloned().unwrap_or_default());
        let tags = contact.tags.join(", ");
        let mut cells = Vec::new();
        match self.shape {
            Shape::Spoke => {
                cells.extend([
                    contact.id.to_string(),
                    self.campaign.clone(),
                    contact.texter.map(|one| one.to_string()).unwrap_or_default(),
                    yes(opted_out),
                    contact.opted_out_at.filter(|_| opted_out).map(moment).unwrap_or_default(),
                    or_empty(&contact.texter_name),
                ]);
                // Of texters there is a first name and nothing else.
                cells.extend(std::iter::repeat_n(String::new(), 4));
                cells.extend([
                    or_empty(&listed.external_id),
                    listed.first_name.clone(),
                    listed.last_name.clone(),
                    listed.phone.as_str().to_owned(),
                    city,
                    or_empty(&listed.state),
                    or_empty(&listed.zip),
                    status(contact.status).to_owned(),
                    or_empty(&contact.error),
                    String::new(),
                ]);
                cells.extend(own);
                cells.push(contact.note.clone());
                cells.push(tags);
                cells.extend(answers);
            }
            Shape::Rewired => {
                cells.extend([
                    self.campaign.clone(),
                    self.title.clone(),
                    listed.first_name.clone(),
                    listed.last_name.clone(),
                    listed.phone.as_str().to_owned(),
                    or_empty(&listed.zip),
                    city,
                    or_empty(&listed.state),
                    yes(opted_out),
                    if contact.removed { "removed" } else { status(contact.status) }.to_owned(),
                    or_empty(&listed.external_id),
                ]);
                cells.extend(own);
                cells.push(contact.note.clone());
                cells.extend(answers);
                cells.push(tags);
            }
        }
        cells
    }
}

/// Columns of texts.
#[must_use]
pub fn message_header() -> Vec<String> {
    [
        "campaign_contact_id",
        "campaign_id",
        "user_number",
        "contact_number",
        "is_from_contact",
        "send_status",
        "attempted_at",
        "text",
        "error_code",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The cells of one text.
#[must_use]
pub fn message_cells(message: &MessageResult) -> Vec<String> {
    vec![
        message.contact.to_string(),
        message.campaign.to_string(),
        // Which of the campaign's numbers it went by is the carrier's business.
        String::new(),
        message.phone.as_str().to_owned(),
        yes(message.direction == Direction::Inbound),
        send_status(message.delivery).to_owned(),
        moment(message.at),
        message.body.clone(),
        message.error.clone().unwrap_or_default(),
    ]
}

/// Columns of opt-outs.
#[must_use]
pub fn opt_out_header() -> Vec<String> {
    ["phone", "opted_out_at", "how", "reason", "by"].map(str::to_owned).to_vec()
}

/// The cells of one opt-out.
#[must_use]
pub fn opt_out_cells(opt_out: &OptOutResult) -> Vec<String> {
    let how = match (opt_out.by_word, opt_out.person) {
        (true, _) => "own word",
        (false, Some(_)) => "decided by a person",
        (false, None) => "no decision in time",
    };
    vec![
        opt_out.phone.as_str().to_owned(),
        moment(opt_out.at),
        how.to_owned(),
        opt_out.reason.clone(),
        opt_out.person_name.clone().unwrap_or_default(),
    ]
}
