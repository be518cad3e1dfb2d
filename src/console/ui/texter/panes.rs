//! The panes: send card, replies, conversation.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Part, REPLIES_WIDE, SCRIPT_PANE, SCRIPT_WIDE, SCRIPT_WIDTH, THREE_PANES, TWO_PANES, WIDE, pane_has_keys};
use crate::console::core::shared::say::Say;
use crate::console::core::texter::marks::MarkKind;
use crate::console::core::texter::people::{Filter, Sort};
use crate::console::core::texter::view::{
    self, CardPane, CardView, ComposerView, ScriptStep, Sendable, ThreadItem, ThreadView,
};
use crate::console::core::texter::{Focus, Model};
use crate::console::keymap::action::Action;
use crate::console::keymap::context::Context;
use crate::console::ui::card::{self, CardFace};
use crate::console::ui::composer::{self, Written};
use crate::console::ui::inbox::{self, InboxRow};
use crate::console::ui::ink::{Ink, Piece, Sign};
use crate::console::ui::theme::Role;
use crate::console::ui::thread::{self, RenderCache, ThreadFace};
use crate::console::ui::wrap;
use crate::console::ui::{script, shell};
use crate::console::words::{clock, draft, field_name, language_name, own_words, preview};
use crate::domain::conversation::{OptOut, Status};
use crate::domain::hours::HoursVerdict;
use crate::domain::ids::ContactId;
use crate::domain::message::MessageKind;
use crate::domain::safe_text::safe_line;
use crate::domain::zone;
use crate::i18n::Value;

/// Draws the panes that fit, and says what the one with the keys drew.
pub(super) fn draw(ink: Ink<'_>, model: &Model, cache: &mut RenderCache, area: Rect, buffer: &mut Buffer) -> Part {
    let talking = matches!(model.focus, Focus::Thread | Focus::Composer);
    let mut focused = Part::default();
    let mut take = |part: Part, has_keys: bool| {
        if has_keys {
            focused = part;
        }
    };
    let on_card = model.focus == Focus::Card;
    let in_list = model.focus == Focus::Inbox;
    if area.width < TWO_PANES {
        if on_card {
            // Who waits longest, and what they wrote: so that nobody need look to know whether to look.
            let longest = model.people.longest_waiting(None).and_then(|id| model.people.line(id));
            let strip = u16::from(area.height >= 12 && longest.is_some());
            let upper = Rect { height: area.height - strip, ..area };
            take(card(ink, model, upper, buffer), true);
            if let (1, Some(line)) = (strip, longest) {
                let hard = model.holds_back(line.id, &line.preview);
                let words =
                    if hard { ink.word("ui-held-back-text") } else { preview(ink.words, &safe_line(&line.preview)) };
                let pieces = [
                    (format!(" {}", name_or_none(ink, &line.first_name)), Role::Title),
                    (format!(" {}: ", ink.word("ui-strip-waits")), Role::Warn),
                    (words, Role::Text),
                ];
                ink.line(buffer, Rect { y: upper.bottom(), height: 1, ..area }, 0, &pieces);
            }
        } else if in_list {
            take(replies(ink, model, area, buffer), true);
        } else {
            take(conversation(ink, model, cache, area, buffer), true);
        }
        return focused;
    }
    let shown = if model.open.is_some() && area.width >= SCRIPT_PANE { model.script() } else { Vec::new() };
    let side = if model.side_pane || in_list { (area.width * 2 / 5).clamp(36, 56) } else { 0 };
    // The script beside the conversation takes its columns from the replies first.
    let side = if shown.is_empty() || area.width >= THREE_PANES { side } else { side.min(38) };
    // Names and a few words of a text: the script and the conversation use the columns better.
    let side = if shown.is_empty() || area.width < WIDE { side } else { side.min(REPLIES_WIDE) };
    let main = Rect { width: area.width - side, ..area };
    let right = Rect { x: main.right(), width: side, ..area };
    if side > 0 {
        take(replies(ink, model, right, buffer), in_list);
    }
    let with_card = area.width >= THREE_PANES + SCRIPT_WIDTH || (area.width >= THREE_PANES && shown.is_empty());
    if with_card && model.open.is_some() {
        let main = beside_script(ink, model, &shown, (main, area.width), buffer);
        let half = Rect { width: main.width / 2, ..main };
        let other = Rect { x: half.right(), width: main.width - half.width, ..main };
        take(card(ink, model, half, buffer), on_card);
        take(conversation(ink, model, cache, other, buffer), talking);
    } else if talking || (in_list && model.open.is_some()) {
        let main = beside_script(ink, model, &shown, (main, area.width), buffer);
        take(conversation(ink, model, cache, main, buffer), talking);
    } else {
        take(card(ink, model, main, buffer), on_card);
    }
    focused
}

/// Draws the script at the right of `area`, if there is one to show; what is left of it is the conversation's.
fn beside_script(
    ink: Ink<'_>,
    model: &Model,
    steps: &[ScriptStep],
    (area, screen): (Rect, u16),
    buffer: &mut Buffer,
) -> Rect {
    if steps.is_empty() {
        return area;
    }
    let width = if screen < WIDE { SCRIPT_WIDTH } else { SCRIPT_WIDE }.min(area.width / 2);
    let key = model.options.keymap.key_for(Context::Thread, Action::Answers).unwrap_or_default();
    let place = Rect { x: area.right() - width, width, ..area };
    script::pane(ink, steps, &ink.key(&key), place, buffer);
    Rect { width: area.width - width, ..area }
}

/// The frame of the send card: its look says, without colour too, whether voters are real.
fn card(ink: Ink<'_>, model: &Model, area: Rect, buffer: &mut Buffer) -> Part {
    let keys = pane_has_keys(model, &[Focus::Card]);
    let role = if keys { shell::mark_role(model.rehearsal()) } else { Role::Border };
    let inner = ink.frame(buffer, area, &ink.word("ui-card-title"), role, model.rehearsal() == Some(false));
    if let Some((text, role)) = shell::mark(ink, model.rehearsal())
        && area.height > 2
        && area.width > 30
    {
        let edge = Rect::new(area.x + 2, area.bottom() - 1, area.width - 4, 1);
        ink.right(buffer, edge, 0, &text, role);
    }
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    match model.card_pane() {
        CardPane::Loading => plain(ink, &[ink.word("ui-card-loading")], inner, buffer),
        CardPane::Empty { lines } => {
            let lines: Vec<String> = lines.iter().map(|say| ink.say(say)).collect();
            plain(ink, &lines, inner, buffer)
        }
        CardPane::Card(shown) => {
            let drawn = card::draw(ink, &face(ink, model, &shown, inner.width >= 58), inner, buffer);
            Part { cursor: Some(drawn.start), whole: drawn.end_seen }
        }
    }
}

/// Sentences, with a gap between them.
fn plain(ink: Ink<'_>, sentences: &[String], area: Rect, buffer: &mut Buffer) -> Part {
    let mut row = 0;
    for sentence in sentences {
        for range in wrap::wrap(sentence, area.width.max(2)) {
            ink.line(buffer, area, row, &[(sentence[range].trim_end().to_owned(), Role::Text)]);
            row += 1;
        }
        row += 1;
    }
    Part { cursor: Some(area.as_position()), whole: false }
}

/// The time there, in words; where the zone is not certain, from which city's clock to which.
fn time_there(ink: Ink<'_>, model: &Model, contact: ContactId, there: (DateTime, DateTime)) -> Piece {
    let text = match spread(model, contact) {
        Some((first, last)) if there.0 != there.1 => {
            let words = [
                ("from", clock(ink.words, there.0)),
                ("west", first),
                ("to", clock(ink.words, there.1)),
                ("east", last),
            ];
            ink.words.say("ui-card-local-between", &words.map(|(name, text)| (name, Value::Text(text))))
        }
        _ => ink.with_text("ui-card-local-time", "time", &clock(ink.words, there.0)),
    };
    (text, Role::Text)
}

/// The cities whose clocks are the earliest and the latest of those where the contact may be.
fn spread(model: &Model, contact: ContactId) -> Option<(String, String)> {
    let now = model.campaign_now()?;
    let city = |name: &str| name.rsplit('/').next().unwrap_or(name).replace('_', " ");
    let mut places: Vec<(DateTime, String)> = model
        .people
        .body(contact)?
        .zones
        .names()
        .iter()
        .filter_map(|name| {
            let zone = TimeZone::get(name).ok()?;
            Some((zone.to_datetime(now), city(name)))
        })
        .collect();
    // Stable: of cities with one time the likeliest stands for them.
    places.sort_by_key(|(at, _)| *at);
    let (first, last) = (places.first()?, places.last()?.0);
    let last = places.iter().find(|(at, _)| *at == last)?;
    (first.0 != last.0).then(|| (first.1.clone(), last.1.clone()))
}

/// The language a code stands for, where we know it.
fn face(ink: Ink<'_>, model: &Model, shown: &CardView, roomy: bool) -> CardFace {
    let name = name_or_none(ink, &shown.name);
    let dot = || format!(" {} ", ink.sign(Sign::Dot));
    let mut facts: Vec<Piece> =
        shown.local_time.map(|there| time_there(ink, model, shown.contact, there)).into_iter().collect();
    if let (Some(now), Some(campaign), Some(body)) =
        (model.campaign_now(), &model.campaign, model.people.body(shown.contact))
        && let HoursVerdict::Open { until } = campaign.def.hours.verdict(MessageKind::Initial, now, &body.zones)
        // Midnight is no end where no hours are enforced.
        && (!campaign.def.hours.is_all_day() || campaign.def.hours.closes_at == Some(until))
    {
        let until = clock(ink.words, zone::local_time(until, &body.zones).earliest);
        let text = match spread(model, shown.contact) {
            Some((city, _)) => {
                let words = [("time", Value::Text(until)), ("city", Value::Text(city))];
                ink.words.say("ui-card-until-city", &words)
            }
            None => ink.with_text("ui-card-until", "time", &until),
        };
        facts.push((format!("{}{text}", dot()), Role::Faint));
    }
    if let Some(language) = &shown.language {
        facts.push((
            format!(
                "{}{}",
                dot(),
                ink.with_text("ui-card-language", "language", &language_name(|key| ink.word(key), language))
            ),
            Role::Faint,
        ));
    }
    let key = |action| model.options.keymap.key_for(model.context(), action).map(|key| ink.key(&key));
    let (barred, hint) = match &shown.state {
        Sendable::Blocked(why) => (Some((ink.say(why), Role::Bad)), Vec::new()),
        Sendable::Journaling | Sendable::Empty => (None, vec![(ink.word("ui-card-wait"), Role::Faint)]),
        Sendable::Armed => {
            let hint = ink.with_text("ui-card-hint", "name", &name);
            (None, vec![(key(Action::Send).unwrap_or_default(), Role::Key), (format!(" {hint}"), Role::Text)])
        }
        Sendable::Unfocused => match key(Action::SwitchPane) {
            Some(key) => (None, vec![(key, Role::Key), (format!(" {}", ink.word("ui-card-not-armed")), Role::Faint)]),
            None => (None, Vec::new()),
        },
    };
    CardFace {
        name,
        facts,
        fields: shown.details.iter().map(|(name, value)| (field_name(ink.words, name), value.clone())).collect(),
        note: shown.note.as_ref().map(|note| (ink.say(note), Role::Warn)),
        about: about(ink, shown, roomy),
        text: shown.body.clone(),
        marks: shown.marks.clone(),
        barred,
        hint,
    }
}

/// What is to be known of a card's text.
fn about(ink: Ink<'_>, shown: &CardView, roomy: bool) -> Vec<card::Fact> {
    let mut facts = Vec::new();
    if shown.off_script {
        facts.push(((ink.word("ui-composer-off-script"), Role::Warn), card::OFF_SCRIPT));
    }
    if shown.parts_saved > 0 {
        let saved = ink.counted("ui-plain-saved", "n", shown.parts_saved as u64);
        facts.push(((saved, Role::Faint), card::SAVES));
    }
    // In words too, what the looks of the text say.
    for (kind, key) in [(MarkKind::Field, "ui-card-filled"), (MarkKind::Link, "ui-card-links")] {
        let many = shown.marks.iter().filter(|mark| mark.kind == kind).count();
        if many > 0 && roomy {
            facts.push(((ink.counted(key, "n", many as u64), Role::Faint), card::BESIDE));
        }
    }
    facts
}

fn name_or_none(ink: Ink<'_>, name: &str) -> String {
    if name.trim().is_empty() { ink.word("ui-no-name") } else { name.to_owned() }
}

/// The list of conversations.
fn replies(ink: Ink<'_>, model: &Model, area: Rect, buffer: &mut Buffer) -> Part {
    let keys = pane_has_keys(model, &[Focus::Inbox]);
    // The number first: the end of a title may find no room.
    let title = format!(
        "{} {} {} {} {}",
        ink.word("ui-inbox-title"),
        ink.sign(Sign::Dot),
        ink.counted("ui-inbox-waiting", "n", model.people.waiting() as u64),
        ink.sign(Sign::Dot),
        ink.word(model.people.filter().key()),
    );
    let list = model.inbox();
    let title = match list.sort {
        Sort::Waiting => title,
        other => format!("{title} {} {}", ink.sign(Sign::Dot), ink.word(other.key())),
    };
    let inner = ink.frame(buffer, area, &title, if keys { Role::Focus } else { Role::Border }, false);
    if list.len == 0 {
        let all_waiting = matches!(list.filter, Filter::Active | Filter::Waiting);
        let none = if all_waiting { "ui-inbox-empty" } else { "texter-inbox-empty" };
        return plain(ink, &[ink.word(none)], inner, buffer);
    }
    let rows = |seen| model.inbox_rows(seen).iter().map(|line| row(ink, model, line)).collect();
    let cursor = inbox::draw(ink, list.len, list.selected.unwrap_or(0), keys, rows, inner, buffer);
    Part { cursor: cursor.or(Some(inner.as_position())), whole: false }
}

fn row(ink: Ink<'_>, model: &Model, line: &view::InboxRow) -> InboxRow {
    let waits = line.status == Status::NeedsResponse;
    let (state, role) = match (&line.opt_out, line.status) {
        (OptOut::Yes { .. }, _) => (ink.word("ui-inbox-opted-out"), Role::Faint),
        (OptOut::Possible { .. }, _) => {
            let age = ink.age(line.waiting_since.unwrap_or(line.updated_at), model.campaign_now());
            (format!("{} {age}", ink.word("ui-inbox-decide")), Role::Bad)
        }
        (OptOut::No, _) if waits => {
            (ink.age(line.waiting_since.unwrap_or(line.updated_at), model.campaign_now()), Role::Warn)
        }
        (OptOut::No, Status::Convo) => (ink.word("ui-inbox-convo"), Role::Faint),
        (OptOut::No, Status::Closed) => (ink.word("ui-inbox-closed"), Role::Faint),
        (OptOut::No, _) => (ink.word("ui-inbox-messaged"), Role::Faint),
    };
    let state = match line.snoozed_until {
        Some(until) => ink.with_text("ui-inbox-snoozed", "at", &ink.time(until)),
        None => state,
    };
    let mut marks: Vec<String> = line.language.iter().cloned().collect();
    marks.extend(line.tags.iter().map(|tag| ink.say(tag)));
    let marks = marks.join(", ");
    let mut words = Vec::new();
    if line.draft {
        words.push(draft(ink.words, &ink.caps.zone, line.draft_written, model.laptop_now()));
    }
    if line.unread {
        words.push(ink.word("ui-inbox-new"));
    }
    words.push(state);
    let name = name_or_none(ink, &line.name);
    let preview =
        if line.held_back { ink.word("ui-held-back-text") } else { own_words(ink.words, line.own, &line.preview) };
    InboxRow { name, state: words.join(" "), role, marks, preview }
}

/// The open conversation with its composer.
fn conversation(ink: Ink<'_>, model: &Model, cache: &mut RenderCache, area: Rect, buffer: &mut Buffer) -> Part {
    let keys = pane_has_keys(model, &[Focus::Thread, Focus::Composer]);
    let Some(thread) = model.thread_part(usize::from(area.height) * 2) else {
        let inner = ink.frame(buffer, area, "", Role::Border, false);
        return plain(ink, &[ink.word("ui-inbox-empty")], inner, buffer);
    };
    let name = name_or_none(ink, &thread.name);
    let title = ink.with_text("ui-thread-title", "name", &name);
    let inner = ink.frame(buffer, area, &title, if keys { Role::Focus } else { Role::Border }, false);
    if inner.height < 3 {
        return Part { cursor: Some(inner.as_position()), whole: false };
    }
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let top = above_the_thread(ink, model, &thread, inner, buffer);
    let writing = model.focus == Focus::Composer;
    let composer = thread.composer.as_ref().filter(|composer| writing || !composer.text.trim().is_empty());
    // A reply that is read before it is sent is worth more than what it answers: it gets what it needs.
    let most = inner.height.saturating_sub(top + 4).max(inner.height.saturating_sub(3) / 2).max(1);
    let rows = composer.map_or(0, |composer| composer::rows_wanted(&composer.text, inner.width, most));
    // The composer: a rule with its title, the text, its length.
    // What might be answered stands above the key that begins to write, where there is room for both.
    let mut offers = if composer.is_none() { offers(ink, model, &thread) } else { Vec::new() };
    // A key that does something is never without its word: where room is short, a line less of the conversation is seen.
    offers.truncate(usize::from(inner.height.saturating_sub(top + 4)));
    let offered = u16::try_from(offers.len()).unwrap_or(0);
    let barred = composer.map_or(1, |composer| barred_rows(ink, composer, inner.width));
    let below = if composer.is_some() { rows + 1 + barred } else { 1 + offered }.min(inner.height.saturating_sub(1));
    let messages = Rect { y: inner.y + top, height: inner.height.saturating_sub(below + top), ..inner };
    let mut more_below = false;
    if let Some(why) = &thread.loading {
        let why = ink.say(why);
        let lines = wrap::wrap(&why, messages.width);
        for (row, line) in (0u16..).zip(&lines) {
            ink.line(buffer, messages, row, &[(why[line.clone()].to_owned(), Role::Faint)]);
        }
        if !thread.known.is_empty() {
            let row = u16::try_from(lines.len()).unwrap_or(1);
            ink.line(buffer, messages, row, &[(ink.with_text("ui-thread-known", "text", &thread.known), Role::Text)]);
        }
    } else {
        let (items, below) = (&thread::folded(ink, &thread.items), &thread::folded(ink, &thread.below));
        let marker = model.marker(thread.contact, &thread.suggestions);
        let last_words = model.last_words(thread.contact).filter(|_| thread.hidden_below == 0);
        let face =
            ThreadFace { name: &name, items, below, more_before: thread.more_before, marker: &marker, last_words };
        more_below = !thread::draw(ink, cache, &face, messages, buffer);
    }
    if more_below {
        let new = if thread.new_below > 0 {
            ink.counted("ui-thread-new-below", "n", thread.new_below as u64)
        } else {
            String::new()
        };
        let text = format!(" {new} {} ", ink.sign(Sign::Down));
        ink.right(buffer, messages, messages.height.saturating_sub(1), &text, Role::Selected);
    }
    let foot = Rect { y: messages.bottom(), height: inner.bottom().saturating_sub(messages.bottom()), ..inner };
    let end_seen = thread.loading.is_none() && thread.hidden_below == 0;
    let Some(composer) = composer else {
        let mut pieces = Vec::new();
        if thread.composer.is_some()
            && let Some(key) = model.options.keymap.key_for(Context::Thread, Action::Compose)
        {
            pieces.extend([(ink.key(&key), Role::Key), (format!(" {}", ink.word("ui-composer-start")), Role::Faint)]);
        }
        for (row, offer) in (0..).zip(&offers) {
            ink.line(buffer, foot, row, offer);
        }
        ink.line(buffer, foot, offered, &pieces);
        let line = Rect { y: foot.y + offered.min(foot.height.saturating_sub(1)), ..foot };
        return Part { cursor: Some(line.as_position()), whole: end_seen };
    };
    let drawn = written(ink, composer, writing, foot, rows, buffer);
    if writing {
        let armed = composer.state == Sendable::Armed;
        let read = drawn.whole || (drawn.end_seen && composer.looked_through);
        return Part { cursor: Some(drawn.cursor), whole: if armed { read } else { end_seen } };
    }
    Part { cursor: Some(foot.as_position()), whole: end_seen }
}

/// Replies that fit, each with the words that it fits by; and the greeting of who takes over.
fn offers(ink: Ink<'_>, model: &Model, thread: &ThreadView) -> Vec<Vec<Piece>> {
    let key = |action| ink.key(&model.options.keymap.key_for(Context::Thread, action).unwrap_or_default());
    let mut lines = Vec::new();
    if let Some(other) = &thread.took_over_from {
        let words = ink.with_text("ui-took-over", "who", other);
        lines.push(vec![(format!("{} ", key(Action::Greet)), Role::Key), (words, Role::Text)]);
    }
    if model.may_be_wrong_number() {
        lines.push(vec![
            (format!("{} ", key(Action::WrongNumber)), Role::Key),
            (ink.word("ui-perhaps-wrong-number"), Role::Text),
        ]);
    }
    let keys = model.options.keymap.keys_for(Context::Thread, Action::Suggestion);
    for (suggestion, key) in thread.suggestions.iter().zip(keys) {
        let words = ink.with_text("ui-suggested-by", "words", &suggestion.words.join(", "));
        lines.push(vec![
            (format!("{} ", ink.key(&key)), Role::Key),
            (suggestion.title.clone(), Role::Text),
            (format!("  {words}"), Role::Faint),
        ]);
    }
    lines
}

/// The lines between the frame and the messages: what must be known first, then what is known of the person. Returns how
/// many there are.
fn above_the_thread(ink: Ink<'_>, model: &Model, thread: &ThreadView, area: Rect, buffer: &mut Buffer) -> u16 {
    let mut row = 0;
    if let Some((text, role)) = state_line(ink, model, thread) {
        let most = if area.height >= 10 { 3 } else { 2 };
        for range in wrap::wrap(&text, area.width.max(2)).into_iter().take(most) {
            ink.line(buffer, area, row, &[(text[range].trim_end().to_owned(), role)]);
            row += 1;
        }
        // Each key stays beside what it does.
        let keys = doubt_keys(ink, model, thread);
        if !keys.is_empty() {
            row += card::flow(ink, &keys, area, row, 2, buffer);
        }
    }
    if area.height >= 12 {
        let mut first: Vec<Piece> =
            thread.local_time.map(|there| time_there(ink, model, thread.contact, there)).into_iter().collect();
        if let Some(zone) = other_zone(ink, model, thread.contact) {
            let text = ink.with_text("ui-thread-your-time", "zone", &zone);
            first.push((format!(" {} {text}", ink.sign(Sign::Dot)), Role::Faint));
        }
        let mut groups: Vec<Vec<Piece>> = if first.is_empty() { Vec::new() } else { vec![first] };
        let facts = thread.details.iter().chain(&thread.answers);
        groups.extend(facts.map(|(name, value)| {
            vec![(format!("   {}: ", field_name(ink.words, name)), Role::Faint), (value.clone(), Role::Text)]
        }));
        if !groups.is_empty() {
            let most = match area.height {
                // Empty lines stand below it as it is.
                30.. => 5,
                14.. => 2,
                _ => 1,
            };
            row += card::flow(ink, &groups, area, row, most, buffer);
            // What does not fit is a key away, and it is said which.
            let width = |group: &Vec<Piece>| group.iter().map(|(text, _)| wrap::columns(text)).sum::<u16>();
            let all: u16 = groups.iter().map(width).sum();
            let longest = groups.iter().map(width).max().filter(|_| most > 1).unwrap_or(0);
            let cut = all + longest > area.width * most && all > area.width;
            if let Some(key) = model.options.keymap.key_for(Context::Thread, Action::Person).filter(|_| cut) {
                let hint = format!("{} {} {} ", ink.sign(Sign::More), ink.key(&key), ink.word("ui-thread-more"));
                ink.right(buffer, area, row - 1, &hint, Role::Key);
            }
        }
        let known = known(ink, thread);
        if !known.is_empty() {
            ink.line(buffer, area, row, &known);
            row += 1;
        }
    }
    row
}

/// What texters have noted of the person, as one line.
fn known(ink: Ink<'_>, thread: &ThreadView) -> Vec<Piece> {
    let mut facts: Vec<Piece> = Vec::new();
    if let Some(until) = thread.snoozed_until {
        facts.push((ink.with_text("ui-inbox-snoozed", "at", &ink.time(until)), Role::Warn));
    }
    if let Some(language) = &thread.language {
        facts.push((
            ink.with_text("ui-card-language", "language", &language_name(|key| ink.word(key), language)),
            Role::Key,
        ));
    }
    if !thread.tags.is_empty() {
        let tags: Vec<String> = thread.tags.iter().map(|tag| ink.say(tag)).collect();
        facts.push((tags.join(", "), Role::Key));
    }
    if !thread.note.is_empty() {
        facts.push((ink.with_text("ui-thread-note", "text", &thread.note), Role::Text));
    }
    let dot = (format!(" {} ", ink.sign(Sign::Dot)), Role::Faint);
    facts.into_iter().enumerate().flat_map(|(n, fact)| (n > 0).then(|| dot.clone()).into_iter().chain([fact])).collect()
}

/// The name of the texter's own zone when its clock is not the contact's: the times of the messages are the texter's.
fn other_zone(ink: Ink<'_>, model: &Model, contact: ContactId) -> Option<String> {
    let here = model.campaign_now()?.to_zoned(ink.caps.zone.clone());
    let there = zone::local_time(here.timestamp(), &model.people.body(contact)?.zones);
    let same = there.earliest == here.datetime() && there.latest == here.datetime();
    (!same).then(|| here.strftime("%Z").to_string())
}

/// How many rows the reason takes why what is written cannot go; nothing of it is cut.
fn barred_rows(ink: Ink<'_>, composer: &ComposerView, width: u16) -> u16 {
    let Sendable::Blocked(why) = &composer.state else { return 1 };
    u16::try_from(wrap::wrap(&ink.say(why), width.max(2)).len()).unwrap_or(1).clamp(1, 3)
}

/// The composer below the messages.
fn written(
    ink: Ink<'_>,
    composer: &ComposerView,
    writing: bool,
    area: Rect,
    rows: u16,
    buffer: &mut Buffer,
) -> composer::DrawnWriting {
    let rule = if ink.caps.ascii { "-" } else { "─" }.repeat(usize::from(area.width));
    ink.line(buffer, area, 0, &[(rule, Role::Border)]);
    let title = format!(" {} ", ink.word("ui-composer-title"));
    let role = if writing { Role::Focus } else { Role::Border };
    ink.line(buffer, Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area }, 0, &[(title, role)]);
    let text_area = Rect { y: area.y + 1, height: rows.min(area.height.saturating_sub(1)), ..area };
    let written =
        Written { text: &composer.text, cursor: composer.cursor, placeholder: ink.word("ui-composer-placeholder") };
    let drawn = composer::draw(ink, &written, text_area, buffer);
    let barred = barred_rows(ink, composer, area.width);
    if let (Sendable::Blocked(why), true) = (&composer.state, barred > 1 && area.height > rows + barred) {
        let why = ink.say(why);
        for (row, range) in (area.height - barred..).zip(wrap::wrap(&why, area.width.max(2))).take(barred.into()) {
            ink.line(buffer, area, row, &[(why[range].trim_end().to_owned(), Role::Bad)]);
        }
    } else if area.height >= rows + 2 {
        let mut facts = match &composer.state {
            Sendable::Blocked(why) => vec![((ink.say(why), Role::Bad), 0)],
            Sendable::Journaling => vec![((ink.word("ui-card-wait"), Role::Faint), 0)],
            _ => card::measured(ink, &composer.text, &composer.segments),
        };
        if composer.parts_saved > 0 {
            let saves = ink.counted("ui-plain-saves", "n", composer.parts_saved as u64);
            facts.push(((format!("alt+p {saves}"), Role::Warn), card::SAVES));
        }
        if composer.off_script {
            facts.insert(0, ((ink.word("ui-composer-off-script"), Role::Faint), card::OFF_SCRIPT));
        }
        let pieces = card::fitted(ink, facts, area.width);
        ink.line(buffer, Rect { y: area.bottom() - 1, height: 1, ..area }, 0, &pieces);
    }
    drawn
}

/// What decides about a text that may be an opt-out, each key with what it does.
fn doubt_keys(ink: Ink<'_>, model: &Model, thread: &ThreadView) -> Vec<Vec<Piece>> {
    if !matches!(thread.opt_out, OptOut::Possible { .. }) {
        return Vec::new();
    }
    let actions = [Action::OptOutNow, Action::NotOptOut, Action::WrongNumber];
    let keys = actions.into_iter().filter_map(|action| {
        let key = model.options.keymap.key_for(Context::Thread, action)?;
        Some(vec![(ink.key(&key), Role::Key), (format!(" {}  ", ink.word(action.label_key())), Role::Bad)])
    });
    keys.collect()
}

/// True where the notice of an opt-out went and the opt-out itself is not done at the server: others may text them yet.
fn is_half_way(thread: &ThreadView) -> bool {
    thread.items.iter().any(|item| matches!(item, ThreadItem::Note { what: "note-half-way", .. }))
}

/// What must be known before anything is written, as one line.
fn state_line(ink: Ink<'_>, model: &Model, thread: &ThreadView) -> Option<Piece> {
    match &thread.opt_out {
        OptOut::Possible { words } => Some((ink.with_text("ui-frozen", "words", &safe_line(words)), Role::Bad)),
        OptOut::Yes { by_word: true } => Some((ink.word("ui-opted-out-by-word"), Role::Bad)),
        OptOut::Yes { .. } if is_half_way(thread) => Some((ink.word("ui-opt-out-half-way"), Role::Bad)),
        OptOut::Yes { by_word: false } => Some((ink.word("ui-opted-out"), Role::Bad)),
        OptOut::No if model.people.body(thread.contact).is_some_and(|body| body.wrong_number) => {
            Some((ink.word("ui-wrong-number"), Role::Warn))
        }
        OptOut::No if thread.status == Status::Closed => Some((ink.word("ui-conversation-closed"), Role::Faint)),
        // Said where one looks before one writes, not only once something is written.
        OptOut::No => {
            let opens = model.opens_there(thread.contact, MessageKind::Reply)?;
            Some((ink.say(&Say::new("texter-hours-closed-there").with("at", opens)), Role::Warn))
        }
    }
}
