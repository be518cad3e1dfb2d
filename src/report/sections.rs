//! The parts of the page.

use super::Words;
use super::charts::{self, Bar, Told};
use super::html::Html;
use crate::domain::interval::Share;
use crate::domain::outcome::{GroupLine, Outcome, QuestionLine, Step};
use crate::i18n::Value;

/// A part: the id of its heading, and the key of its words.
const PARTS: [(&str, &str); 7] = [
    ("summary", "report-summary"),
    ("texts", "report-texts"),
    ("time", "report-time"),
    ("answers", "report-answers"),
    ("variants", "report-variants"),
    ("lists", "report-lists"),
    ("texters", "report-texters"),
];

pub(super) fn all(page: &mut Html, outcome: &Outcome, words: &Words<'_>) {
    let is_there = |id: &str| outcome.tells(id) && (id != "lists" || !outcome.lists.is_empty());
    page.open("nav", &[("aria-label", &words.plain("report-parts"))]);
    page.open("ul", &[]);
    for (id, key) in PARTS.into_iter().filter(|(id, _)| is_there(id)) {
        page.open("li", &[]);
        page.element("a", &[("href", &format!("#{id}"))], &words.plain(key));
        page.close("li");
    }
    page.close("ul");
    page.close("nav");
    page.open("main", &[]);
    for (id, key) in PARTS.into_iter().filter(|(id, _)| is_there(id)) {
        page.open("section", &[("aria-labelledby", id)]);
        page.element("h2", &[("id", id)], &words.plain(key));
        match id {
            "summary" => summary(page, outcome, words),
            "texts" => texts(page, outcome, words),
            "time" => time(page, outcome, words),
            "answers" => answers(page, outcome, words),
            "variants" => variants(page, outcome, words),
            "lists" => groups(page, "report-list", &outcome.lists, words),
            _ => texters(page, outcome, words),
        }
        page.close("section");
    }
    page.close("main");
}

/// `12.3% (9.1% to 16.0%)`
fn share(share: &Share, words: &Words<'_>) -> String {
    match share.share {
        None => words.plain("report-none"),
        Some(is) => words.say(
            "report-share",
            &[
                ("share", Value::Text(words.percent(is))),
                ("low", Value::Text(words.percent(share.low))),
                ("high", Value::Text(words.percent(share.high))),
            ],
        ),
    }
}

fn head(words: &Words<'_>, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| words.plain(key)).collect()
}

fn summary(page: &mut Html, outcome: &Outcome, words: &Words<'_>) {
    let people = &outcome.people;
    let percent = |share: &Share| share.share.map_or_else(|| words.plain("report-none"), |is| words.percent(is));
    let cards = [
        ("report-card-texted", words.number(people.texted), Some(("report-of-contacts", people.contacts))),
        ("report-card-delivered", words.number(outcome.texts.delivered), None),
        ("report-card-answered", percent(&people.answered), Some(("report-people", people.answered.many))),
        ("report-card-wait", words.length(people.median_wait_seconds), Some(("report-of-answers", people.waits))),
        ("report-card-opted-out", percent(&people.opted_out), Some(("report-people", people.opted_out.many))),
        ("report-card-failed", percent(&people.failed), Some(("report-people", people.failed.many))),
    ];
    page.open("dl", &[("class", "cards")]);
    for (key, figure, beside) in cards {
        page.open("div", &[]);
        page.element("dt", &[], &words.plain(key));
        page.element("dd", &[], &figure);
        if let Some((key, many)) = beside {
            let many = Value::Number(i64::try_from(many).unwrap_or(i64::MAX));
            page.element("dd", &[("class", "beside")], &words.say(key, &[("count", many)]));
        }
        page.close("div");
    }
    page.close("dl");
    page.element("p", &[], &words.plain("report-interval"));
    let board = &outcome.board;
    let told = |key: &str| match key {
        "report-wrong-numbers" => outcome.tells("people.wrong_numbers"),
        "report-removed" => outcome.tells("people.removed"),
        _ => true,
    };
    let rows = [
        ("report-board-total", board.total),
        ("report-board-unsent", board.unsent),
        ("report-board-messaged", board.messaged),
        ("report-board-waiting", board.waiting),
        ("report-board-convo", board.convo),
        ("report-board-closed", board.closed),
        ("report-board-opted-out", board.opted_out),
        ("report-wrong-numbers", people.wrong_numbers),
        ("report-removed", people.removed),
    ];
    let rows = rows.into_iter().filter(|(key, _)| told(key));
    let rows: Vec<_> = rows.map(|(key, many)| vec![words.plain(key), words.number(many)]).collect();
    page.table(&words.plain("report-stand"), &head(words, &["report-what", "report-many"]), &rows);
    page.element("p", &[], &words.plain("report-stand-means"));
    let mut rows = vec![
        vec![words.plain("report-rate-answered"), share(&people.answered, words)],
        vec![words.plain("report-rate-opted-out"), share(&people.opted_out, words)],
        vec![words.plain("report-rate-failed"), share(&people.failed, words)],
        vec![words.plain("report-to-answer"), words.length(people.median_to_answer_seconds)],
        vec![words.plain("report-wait"), words.length(people.median_wait_seconds)],
        vec![words.plain("report-opted-out-in-all"), words.number(people.opted_out_in_all)],
    ];
    if outcome.tells("people.by_word") {
        rows.push(vec![words.plain("report-by-word"), words.number(people.by_word)]);
    }
    page.table(&words.plain("report-rates"), &head(words, &["report-what", "report-figure"]), &rows);
}

fn texts(page: &mut Html, outcome: &Outcome, words: &Words<'_>) {
    let texts = &outcome.texts;
    let told = |key: &str| match key {
        "report-notices" => outcome.tells("texts.notices"),
        "report-held" => outcome.tells("texts.held"),
        "report-dropped" => outcome.tells("texts.dropped"),
        _ => true,
    };
    let rows = [
        ("report-initials", texts.initials),
        ("report-replies", texts.replies),
        ("report-notices", texts.notices),
        ("report-received", texts.received),
    ];
    let rows = rows.into_iter().filter(|(key, _)| told(key));
    let rows: Vec<_> = rows.map(|(key, many)| vec![words.plain(key), words.number(many)]).collect();
    page.table(&words.plain("report-texts-kinds"), &head(words, &["report-what", "report-many"]), &rows);
    let rows = [
        ("report-delivered", texts.delivered),
        ("report-submitted", texts.submitted),
        ("report-waiting", texts.waiting),
        ("report-failed", texts.failed),
        ("report-unknown", texts.unknown),
        ("report-held", texts.held),
        ("report-dropped", texts.dropped),
    ];
    let rows = rows.into_iter().filter(|(key, _)| told(key));
    let rows: Vec<_> = rows.map(|(key, many)| vec![words.plain(key), words.number(many)]).collect();
    page.table(&words.plain("report-texts-fates"), &head(words, &["report-what", "report-many"]), &rows);
}

/// A plot with its caption and, for two lines, what each is.
fn figure(page: &mut Html, svg: Option<String>, caption: &str, lines: &[String]) {
    let Some(svg) = svg else { return };
    page.open("figure", &[]);
    page.open("figcaption", &[]);
    page.text(caption);
    for (line, class) in lines.iter().zip(["key one", "key two"]) {
        page.raw(" ");
        page.open("span", &[("class", class)]);
        page.text(line);
        page.raw("</span>");
    }
    page.close("figcaption");
    page.open("div", &[("class", "plot"), ("role", "region"), ("tabindex", "0"), ("aria-label", caption)]);
    page.raw(&svg);
    page.close("div");
    page.close("figure");
}

#[expect(clippy::cast_precision_loss, reason = "counts of texts are far below 2^53")]
fn real(count: u64) -> f64 {
    count as f64
}

fn time(page: &mut Html, outcome: &Outcome, words: &Words<'_>) {
    if outcome.times.is_empty() {
        page.element("p", &[], &words.plain("report-nothing-yet"));
        return;
    }
    let (format, short, key) = match outcome.step {
        Step::Quarter => ("%Y-%m-%d %H:%M", "%H:%M", "report-step-quarter"),
        Step::Hour => ("%Y-%m-%d %H:%M", "%d. %H:%M", "report-step-hour"),
        Step::Day => ("%Y-%m-%d", "%m-%d", "report-step-day"),
    };
    page.element("p", &[], &words.plain(key));
    // Steps without anything have their place on the axis too.
    let mut steps = Vec::new();
    let mut lines = outcome.times.iter().peekable();
    let mut from = outcome.times.first().map(|line| line.from);
    while let Some(at) = from {
        let here = lines.next_if(|line| line.from <= at);
        steps.push((at, here));
        from = lines.peek().map(|next| outcome.step.after(at, &words.zone).min(next.from));
    }
    let names: Vec<String> = steps.iter().map(|(at, _)| words.time(*at, short)).collect();
    let of = |figure: &dyn Fn(&crate::domain::outcome::TimeLine) -> Option<f64>| -> charts::Line {
        steps.iter().map(|(_, line)| line.map_or(Some(0.0), figure)).collect()
    };
    let whole = |y: f64| if (y - y.round()).abs() < 0.01 { format!("{}", y.round()) } else { String::new() };
    let series = [of(&|line| Some(real(line.initials + line.replies))), of(&|line| Some(real(line.received)))];
    let caption = words.plain("report-plot-texts");
    let keys = head(words, &["report-ours", "report-theirs"]);
    let told = Told { id: "plot-texts", title: &caption, words: &words.plain("report-plot-texts-words") };
    figure(page, charts::lines(&told, &names, &series, &whole), &caption, &keys);

    let rate = |many: u64, of: u64| (of > 0).then(|| real(many.min(of)) / real(of));
    let series = [
        steps.iter().map(|(_, line)| line.and_then(|line| rate(line.opt_outs, line.initials + line.replies))).collect(),
        steps.iter().map(|(_, line)| line.and_then(|line| rate(line.failed, line.initials + line.replies))).collect(),
    ];
    let caption = words.plain("report-plot-rates");
    let keys = head(words, &["report-opt-outs", "report-failed"]);
    let told = Told { id: "plot-rates", title: &caption, words: &words.plain("report-plot-rates-words") };
    figure(page, charts::lines(&told, &names, &series, &|y| words.percent(y)), &caption, &keys);

    let columns =
        ["report-from", "report-initials", "report-replies", "report-received", "report-opt-outs", "report-failed"];
    let row = |line: &crate::domain::outcome::TimeLine| {
        let mut cells = vec![words.time(line.from, format)];
        let figures = [line.initials, line.replies, line.received, line.opt_outs, line.failed];
        cells.extend(figures.map(|figure| words.number(figure)));
        cells
    };
    let rows: Vec<_> = outcome.times.iter().map(row).collect();
    page.table(&words.plain("report-time-table"), &head(words, &columns), &rows);
}

fn bar(name: &str, share: &Share) -> Option<Bar> {
    share.share.map(|value| Bar { name: name.to_owned(), value, low: share.low, high: share.high })
}

fn answers(page: &mut Html, outcome: &Outcome, words: &Words<'_>) {
    if outcome.questions.is_empty() {
        page.element("p", &[], &words.plain("report-no-questions"));
    }
    for (at, question) in outcome.questions.iter().enumerate() {
        page.element("h3", &[], &question.text);
        one_question(page, at, question, words);
    }
}

fn one_question(page: &mut Html, at: usize, question: &QuestionLine, words: &Words<'_>) {
    let bars: Vec<Bar> = question.answers.iter().filter_map(|one| bar(&one.value, &one.share)).collect();
    let caption = words.say("report-plot-answers", &[("question", Value::Text(question.text.clone()))]);
    let told =
        Told { id: &format!("plot-answers-{at}"), title: &caption, words: &words.plain("report-plot-bars-words") };
    figure(page, charts::bars(&told, &bars, &|x| words.percent(x)), &caption, &[]);
    let row = |one: &crate::domain::outcome::AnswerLine| {
        vec![one.value.clone(), words.number(one.share.many), share(&one.share, words)]
    };
    let rows: Vec<_> = question.answers.iter().map(row).collect();
    let count = Value::Number(i64::try_from(question.answered).unwrap_or(i64::MAX));
    let caption =
        words.say("report-answers-table", &[("question", Value::Text(question.text.clone())), ("count", count)]);
    page.table(&caption, &head(words, &["report-answer", "report-many", "report-part"]), &rows);
    if !question.days.is_empty() {
        let rows: Vec<_> = question.days.iter().map(row).collect();
        let caption = words.say("report-days-table", &[("question", Value::Text(question.text.clone()))]);
        page.table(&caption, &head(words, &["report-day", "report-many", "report-part"]), &rows);
    }
}

fn groups(page: &mut Html, first: &str, lines: &[GroupLine], words: &Words<'_>) {
    let columns = [first, "report-texted", "report-answered", "report-opted-out", "report-failed"];
    let row = |line: &GroupLine| {
        let name = match &line.language {
            Some(language) => format!("{} ({language})", line.name),
            None => line.name.clone(),
        };
        let rates = [&line.answered, &line.opted_out, &line.failed].map(|one| share(one, words));
        [name, words.number(line.texted)].into_iter().chain(rates).collect()
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    page.table(
        &words.say("report-groups-table", &[("what", Value::Text(words.plain(first)))]),
        &head(words, &columns),
        &rows,
    );
}

fn variants(page: &mut Html, outcome: &Outcome, words: &Words<'_>) {
    let bars: Vec<Bar> = outcome.variants.iter().filter_map(|one| bar(&one.name, &one.answered)).collect();
    let caption = words.plain("report-plot-variants");
    let told = Told { id: "plot-variants", title: &caption, words: &words.plain("report-plot-bars-words") };
    figure(page, charts::bars(&told, &bars, &|x| words.percent(x)), &caption, &[]);
    groups(page, "report-variant", &outcome.variants, words);
    if outcome.comparisons.is_empty() {
        page.element("p", &[], &words.plain("report-nothing-to-compare"));
        return;
    }
    page.open("ul", &[]);
    for one in &outcome.comparisons {
        let key = match (one.what, one.may_be_chance) {
            ("answered", true) => "report-compare-answered-chance",
            ("answered", false) => "report-compare-answered-clear",
            (_, true) => "report-compare-opted-out-chance",
            (_, false) => "report-compare-opted-out-clear",
        };
        let points = |difference: f64| Value::Text(words.points(difference));
        let args = [
            ("one", Value::Text(one.one.clone())),
            ("other", Value::Text(one.other.clone())),
            ("difference", points(one.difference)),
            ("low", points(one.low)),
            ("high", points(one.high)),
        ];
        page.element("li", &[], &words.say(key, &args));
    }
    page.close("ul");
    page.element("p", &[], &words.plain("report-compare-how"));
    // What each wording's people answered.
    for question in &outcome.questions {
        let columns: Vec<String> = std::iter::once(words.plain("report-variant"))
            .chain(question.answers.iter().map(|one| one.value.clone()))
            .collect();
        let row = |line: &GroupLine| {
            let given = line.answers.get(&question.id);
            let many = |value: &String| given.and_then(|given| given.get(value)).copied().unwrap_or(0);
            let figures = question.answers.iter().map(|one| words.number(many(&one.value)));
            std::iter::once(line.name.clone()).chain(figures).collect()
        };
        let rows: Vec<Vec<String>> = outcome.variants.iter().map(row).collect();
        let caption = words.say("report-variant-answers", &[("question", Value::Text(question.text.clone()))]);
        page.table(&caption, &columns, &rows);
    }
}

fn texters(page: &mut Html, outcome: &Outcome, words: &Words<'_>) {
    if outcome.texters.is_empty() {
        page.element("p", &[], &words.plain("report-nothing-yet"));
        return;
    }
    let columns = [
        "report-texter",
        "report-initials",
        "report-replies",
        "report-answered",
        "report-opted-out",
        "report-failed",
        "report-wait",
    ];
    let rows: Vec<Vec<String>> = outcome
        .texters
        .iter()
        .map(|line| {
            vec![
                line.name.clone(),
                words.number(line.initials),
                words.number(line.replies),
                share(&line.answered, words),
                share(&line.opted_out, words),
                share(&line.failed, words),
                words.length(line.median_wait_seconds),
            ]
        })
        .collect();
    page.table(&words.plain("report-texters-table"), &head(words, &columns), &rows);
    page.element("p", &[], &words.plain("report-texters-note"));
}
