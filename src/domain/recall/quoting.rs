//! A correction says what was wrong: "the place is NOT 12 Wrong St but 34 Right St". Its own words may quote a recalled value; what comes
//! out of the list may not.

use super::{
    GAP, KNOWN_AGAIN, Recall, Recalled, fixed_words, has_phrase, is_field, is_filled, phrases_in, put_in, uses_field,
    weight, with_gaps, with_variables,
};
use crate::domain::campaign::CampaignDef;
use crate::domain::script::{Source, fold_name};

impl Recall {
    /// The same recall of a field's value, for the campaign that puts it right: the lines of its script that were written to quote the value
    /// ([`quotes_anew`]) may be sent. What comes out of the list, and what somebody types, stays shut.
    #[must_use]
    pub fn put_right_by(mut self, def: &CampaignDef, stood: &[String]) -> Self {
        self.texts = quotes_anew(&self.what, def, stood);
        self
    }

    /// True when a text is a line that may quote the value, and has it nowhere else.
    pub(super) fn is_quoted_by(&self, body: &str) -> bool {
        let Recalled::Field { value, .. } = &self.what else { return false };
        self.texts
            .iter()
            .any(|text| is_filled(body, text) && phrases_in(body, value) == phrases_in(&with_gaps(text), value))
    }

    /// The lines of a script that have the recalled value in their own words, with merge fields: nobody can send them, but where
    /// the recall lets them through.
    #[must_use]
    pub fn shuts_words_of(&self, def: &CampaignDef) -> Vec<String> {
        quotes(&self.what, def).into_iter().filter(|text| !self.texts.contains(text)).collect()
    }
}

/// The lines of a script that have a field's value in their own words, the campaign's variables filled in.
#[must_use]
pub fn quotes(what: &Recalled, def: &CampaignDef) -> Vec<String> {
    let Recalled::Field { value, .. } = what else { return Vec::new() };
    let lines = def.texts().map(|text| with_variables(def, text));
    let mut found: Vec<String> = lines.filter(|text| has_phrase(&with_gaps(text), value)).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Those of them that were written to put the value right: none of the organization's shared replies, and none that says again
/// what `stood` ([`said_in`]) in a script before.
#[must_use]
pub fn quotes_anew(what: &Recalled, def: &CampaignDef, stood: &[String]) -> Vec<String> {
    let shared: Vec<String> = def
        .canned
        .iter()
        .filter(|reply| reply.shared)
        .flat_map(|reply| reply.text.values())
        .map(|text| with_variables(def, text))
        .collect();
    let is_old = |line: &String| stood.iter().chain(&shared).any(|old| says_again(line, old));
    quotes(what, def).into_iter().filter(|line| !is_old(line) && !touches_a_field(line, what)).collect()
}

/// True where a merge field stands right at the value: what is put in there may make another word of it, and the value come in by
/// another field of the line.
fn touches_a_field(line: &str, what: &Recalled) -> bool {
    let Recalled::Field { value, .. } = what else { return false };
    let (line, value) = (with_gaps(line).to_lowercase(), value.trim().to_lowercase());
    line.contains(&format!("{GAP}{value}")) || line.contains(&format!("{value}{GAP}"))
}

/// The lines of a script that say a field's value, in their own words or by putting the field in: as whoever got them read them.
#[must_use]
pub fn said_in(what: &Recalled, def: &CampaignDef) -> Vec<String> {
    let Recalled::Field { name, value } = what else { return Vec::new() };
    let wanted = fold_name(name);
    let filled = |text: &str| {
        put_in(text, |field| {
            (field.source == Source::Contact && fold_name(&field.name) == wanted).then(|| value.clone())
        })
    };
    let mut said = quotes(what, def);
    said.extend(puts_in(what, def).into_iter().map(|text| filled(&with_variables(def, text))));
    said.sort_unstable();
    said.dedup();
    said
}

/// True when a line says what another said before: in the same letters and digits, whatever stands in its fields, or as one is when
/// its fields are filled. In doubt it does.
fn says_again(line: &str, old: &str) -> bool {
    let bare =
        |text: &str| -> String { text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == GAP).collect() };
    let (now, was) = (with_gaps(line), with_gaps(old));
    bare(&now) == bare(&was) || is_filled(&now, old) || is_filled(&was, line)
}

/// The lines of a script that put in a field of which a value was recalled: whose list still says it cannot be sent them.
#[must_use]
pub fn puts_in<'d>(what: &Recalled, def: &'d CampaignDef) -> Vec<&'d str> {
    match what {
        Recalled::Field { name, .. } => def.texts().filter(|text| uses_field(text, name)).collect(),
        _ => Vec::new(),
    }
}

/// What another campaign's script (its version in force) has of what was recalled, as it is to be recalled there: the same value, which may
/// stand in any of its texts, or each line of it in the same words. Words that are in many a text ("Thanks!") are none.
#[must_use]
pub fn same_words(recall: &Recall, def: &CampaignDef, version: u32) -> Vec<Recalled> {
    let whole = Recalled::Script { version };
    match &recall.what {
        Recalled::Field { .. } => return vec![recall.what.clone()],
        Recalled::Script { .. } if whole.words_in(def).as_ref() == Some(&recall.texts) => return vec![whole],
        _ => {}
    }
    let wordings = def.initial.iter().map(|one| Recalled::Wording { name: one.name.clone(), version });
    let lines = def.questions.iter().flat_map(|question| {
        let of = |value: &String| Recalled::Answer { question: question.id.clone(), value: value.clone(), version };
        question.answers.iter().map(move |answer| of(&answer.value))
    });
    let canned = def.canned.iter().map(|one| Recalled::Canned { id: one.id.clone(), version });
    let fixed = |text: &String| fixed_words(text).iter().map(|piece| weight(piece)).sum::<usize>();
    let is_same = |line: &Recalled| {
        let words = line.words_in(def).unwrap_or_default();
        words.iter().any(|text| recall.texts.contains(text) && fixed(text) >= KNOWN_AGAIN)
    };
    wordings.chain(lines).chain(canned).filter(is_same).collect()
}

/// True when both take the same value back: each list spells the name of its column in its own way.
#[must_use]
pub fn is_same_value(one: &Recalled, other: &Recalled) -> bool {
    match (one, other) {
        (Recalled::Field { name, value }, Recalled::Field { name: other, value: same }) => {
            value == same && fold_name(name) == fold_name(other)
        }
        _ => false,
    }
}

/// True when both take the same back.
#[must_use]
pub fn is_same(one: &Recalled, other: &Recalled) -> bool {
    one == other || is_same_value(one, other)
}

/// Those of the recalls that take a value back, in their order.
pub fn of_values(recalls: &[Recall]) -> impl Iterator<Item = &Recall> {
    recalls.iter().filter(|recall| is_field(recall))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::campaign::{CannedReply, Variant};
    use crate::domain::message::MessageKind;
    use crate::domain::recall::{Said, carried, repeated_in};

    fn correction() -> CampaignDef {
        let wording = |name: &str, text: &str| Variant { name: name.into(), language: "en".into(), text: text.into() };
        CampaignDef {
            initial: vec![
                wording("a", "Sorry {firstName}, the place is NOT 12 Wrong St but {place/34 Right St}."),
                wording("b", "Hi {firstName}, your place is {place}."),
            ],
            ..CampaignDef::default()
        }
    }

    #[test]
    fn the_same_words_of_another_script_are_named_as_they_stand_there() {
        let (was, mut other) = (correction(), correction());
        other.initial[0].name = "z".into();
        other.initial[1].text = "Hi!".into();
        let of = |what: Recalled| {
            let texts = what.words_in(&was).unwrap_or_default();
            Recall { id: 1, what, versions: vec![1], texts, reason: String::new() }
        };
        let wording = |name: &str, version| Recalled::Wording { name: name.into(), version };
        assert_eq!(same_words(&of(wording("a", 1)), &other, 4), [wording("z", 4)]);
        assert_eq!(same_words(&of(wording("b", 1)), &other, 4), []);
        let script = of(Recalled::Script { version: 1 });
        assert_eq!(same_words(&script, &other, 4), [wording("z", 4)]);
        assert_eq!(same_words(&script, &was, 4), [Recalled::Script { version: 4 }]);
        let value = of(Recalled::Field { name: "place".into(), value: "12 Wrong St".into() });
        assert_eq!(same_words(&value, &other, 4), std::slice::from_ref(&value.what));
    }

    #[test]
    fn a_line_with_a_field_right_at_the_value_quotes_nothing() {
        let what = Recalled::Field { name: "place".into(), value: "12 Wrong St".into() };
        let def = |text: &str| CampaignDef {
            initial: vec![Variant { name: "a".into(), language: "en".into(), text: text.into() }],
            ..CampaignDef::default()
        };
        for (text, may) in [
            ("It is NOT 12 Wrong St but {place}.", 1),
            ("It is NOT {unit}12 Wrong St but {place}.", 0),
            ("It is NOT 12 Wrong St{suffix} but {place}.", 0),
            ("It is NOT {unit} 12 Wrong St but {place}.", 1),
        ] {
            assert_eq!(quotes_anew(&what, &def(text), &[]).len(), may, "{text}");
        }
    }

    #[rstest]
    #[case::word_for_word("Your place is 12 Wrong St, {firstName}.", "Your place is 12 Wrong St, {firstName}.", true)]
    #[case::pointed_otherwise("Your place is 12 Wrong St, {firstName}!", "your place is 12 Wrong St {firstName}", true)]
    #[case::another_field("Your place is 12 Wrong St, {first_name}.", "Your place is 12 Wrong St, {firstName}.", true)]
    #[case::the_field_filled(
        "Hi there, your place is 12 Wrong St.",
        "Hi {firstName/there}, your place is {place}.",
        true
    )]
    #[case::a_field_for_words("Hi {firstName}, your place is 12 Wrong St.", "Hi Ana, your place is {Place}.", true)]
    #[case::a_variable("Your place is 12 Wrong St.", "Your place is {cv:where}.", true)]
    #[case::written_anew("It is NOT 12 Wrong St but 34 Right St.", "It is {place}.", false)]
    fn a_line_that_said_the_value_before_is_none_that_puts_it_right(
        #[case] line: &str,
        #[case] old: &str,
        #[case] again: bool,
    ) {
        let what = Recalled::Field { name: "place".into(), value: "12 Wrong St".into() };
        let script = |text: &str| CampaignDef {
            initial: vec![Variant { name: "a".into(), language: "en".into(), text: text.into() }],
            variables: [("where".to_owned(), "12 Wrong St".to_owned())].into(),
            ..CampaignDef::default()
        };
        assert_eq!(quotes_anew(&what, &script(line), &said_in(&what, &script(old))).is_empty(), again);
    }

    #[test]
    fn a_reply_shared_by_all_campaigns_puts_nothing_right() {
        let what = Recalled::Field { name: "place".into(), value: "12 Wrong St".into() };
        let mut def = correction();
        def.canned = vec![CannedReply {
            id: "where".into(),
            title: "Where".into(),
            text: [("en".to_owned(), "Your polling place is 12 Wrong St, open until 8 pm.".to_owned())].into(),
            shared: true,
        }];
        assert_eq!(quotes(&what, &def).len(), 2);
        assert_eq!(quotes_anew(&what, &def, &[]), [def.initial[0].text.clone()]);
    }

    #[rstest]
    #[case::the_line_that_quotes("Sorry Ana, the place is NOT 12 Wrong St but 34 Right St.", false)]
    #[case::the_list_is_wrong_still("Sorry Ana, the place is NOT 12 Wrong St but 12 Wrong St.", true)]
    #[case::out_of_the_list("Hi Ana, your place is 12 Wrong St.", true)]
    #[case::typed("No, it is not 12 Wrong St.", true)]
    #[case::put_right("Hi Ana, your place is 34 Right St.", false)]
    fn a_correction_quotes_a_value_in_its_own_words_alone(#[case] body: &str, #[case] is_carried: bool) {
        let what = Recalled::Field { name: "place".into(), value: "12 Wrong St".into() };
        let plain = Recall { id: 1, what, versions: Vec::new(), texts: Vec::new(), reason: String::new() };
        let def = correction();
        assert_eq!(plain.shuts_words_of(&def), [def.initial[0].text.clone()]);
        let right = plain.clone().put_right_by(&def, &[]);
        assert_eq!(right.shuts_words_of(&def), [""; 0]);
        let said = Said {
            kind: MessageKind::Initial,
            body,
            script_version: 1,
            variant: Some("a"),
            source: None,
            off_script: false,
        };
        assert_eq!(carried(std::slice::from_ref(&right), &said, || true).is_some(), is_carried, "{body}");
        // Everywhere else the value is wrong wherever it stands.
        assert_eq!(carried(&[plain], &said, || true).is_some(), body.contains("12 Wrong St"), "{body}");
        // What may be quoted is nothing that was taken back.
        assert_eq!(repeated_in(&def, &[right]), [0; 0]);
        assert_eq!(puts_in(&Recalled::Field { name: "Place".into(), value: "x".into() }, &def).len(), 2);
    }
}
