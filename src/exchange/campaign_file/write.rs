//! A campaign file from a definition that came from elsewhere: the parts that such a definition has, to be looked through and completed
//! by a person.

use std::collections::BTreeMap;

use jiff::civil::Time;
use serde::Serialize;

use crate::domain::assignment::MAX_SLICE;
use crate::domain::campaign::CampaignDef;

#[derive(Serialize)]
struct File<'a> {
    campaign: Head<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<Hours>,
    initial: Vec<Initial<'a>>,
    question: Vec<Question<'a>>,
    canned: Vec<Canned<'a>>,
    opt_out: OptOut<'a>,
}

#[derive(Serialize)]
struct Head<'a> {
    title: &'a str,
    organization: &'a str,
    language: &'a str,
    slice_size: u32,
    tags: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    guide: &'a str,
}

#[derive(Serialize)]
struct Hours {
    initial: Window,
    reply: Window,
}

#[derive(Serialize)]
struct Window {
    start: String,
    end: String,
}

#[derive(Serialize)]
struct Initial<'a> {
    name: &'a str,
    language: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct Question<'a> {
    id: &'a str,
    text: &'a str,
    answer: Vec<Answer<'a>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    value: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    reply: &'a BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
}

#[derive(Serialize)]
struct Canned<'a> {
    id: &'a str,
    title: &'a str,
    text: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct OptOut<'a> {
    notice: &'a BTreeMap<String, String>,
}

fn window(start: Time, end: Time) -> Window {
    let minutes = |time: Time| format!("{:02}:{:02}", time.hour(), time.minute());
    Window { start: minutes(start), end: minutes(end) }
}

/// The file. Hours stand in it only where the definition limits the day; without them the strict usual ones hold.
///
/// # Errors
/// What the TOML library says; it never did.
pub fn write(def: &CampaignDef) -> Result<String, toml::ser::Error> {
    let hours = &def.hours;
    let limited = hours.initial_start > Time::MIN || hours.initial_end < Time::constant(23, 59, 0, 0);
    let file = File {
        campaign: Head {
            title: &def.title,
            organization: &def.organization,
            language: &def.language,
            slice_size: def.slice_size.clamp(1, MAX_SLICE),
            tags: &def.tags,
            guide: &def.guide,
        },
        hours: limited.then(|| Hours {
            initial: window(hours.initial_start, hours.initial_end),
            reply: window(hours.reply_start, hours.reply_end),
        }),
        initial: def
            .initial
            .iter()
            .map(|variant| Initial { name: &variant.name, language: &variant.language, text: &variant.text })
            .collect(),
        question: def
            .questions
            .iter()
            .map(|question| Question {
                id: &question.id,
                text: &question.text,
                answer: question
                    .answers
                    .iter()
                    .map(|answer| Answer { value: &answer.value, reply: &answer.reply, next: answer.next.as_deref() })
                    .collect(),
            })
            .collect(),
        canned: def
            .canned
            .iter()
            .map(|reply| Canned { id: &reply.id, title: &reply.title, text: &reply.text })
            .collect(),
        opt_out: OptOut { notice: &def.opt_out_notice },
    };
    toml::to_string_pretty(&file)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::exchange::campaign_file::parse;
    use crate::exchange::sample;

    #[test]
    fn what_is_written_is_read_as_the_same() {
        let def = sample::campaign().expect("the sample");
        let text = write(&def).expect("a file");
        let (read, _) = parse(Path::new("from.toml"), &text).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
        assert_eq!((read.title, read.tags, read.opt_out_notice), (def.title, def.tags, def.opt_out_notice));
        assert_eq!(read.questions.len(), def.questions.len());
        assert_eq!(
            read.canned.iter().map(|c| &c.text).collect::<Vec<_>>(),
            def.canned.iter().map(|c| &c.text).collect::<Vec<_>>()
        );
        assert_eq!(read.initial, def.initial);
        assert_eq!((read.hours.initial_start, read.hours.reply_end), (def.hours.initial_start, def.hours.reply_end));
    }
}
