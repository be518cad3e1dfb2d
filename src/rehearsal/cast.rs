//! Who plays whom: personas dealt to contacts like cards, so that every stretch of a list has its share of each.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::persona::{Persona, Personas};
use crate::domain::contact::Contact;
use crate::domain::phone::Phone;

/// How many contacts a short rehearsal has.
pub const SHORT: usize = 8;

/// A number that depends on nothing but the seed, the voter and the count of what was drawn for that voter before.
#[must_use]
pub fn draw(seed: u64, who: &str, n: u64) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.update(&(who.len() as u64).to_le_bytes());
    hasher.update(who.as_bytes());
    hasher.update(&n.to_le_bytes());
    let mut bytes = [0u8; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// `draw`, below `bound` (0 when `bound` is 0).
#[must_use]
pub fn draw_below(seed: u64, who: &str, n: u64, bound: u64) -> u64 {
    draw(seed, who, n) % bound.max(1)
}

/// The contacts of a short rehearsal with who plays them: each persona that has a place in it, on the first contact of its
/// language that is still free (any contact when there is none).
#[must_use]
pub fn short(personas: &Personas, contacts: &[Contact], main_language: &str) -> Vec<(Contact, Arc<Persona>)> {
    let mut wanted: Vec<_> = personas.all.iter().filter(|p| p.short.is_some()).cloned().collect();
    wanted.sort_by_key(|p| p.short);
    wanted.truncate(SHORT);
    let mut free: Vec<&Contact> = contacts.iter().collect();
    let mut dealt = Vec::new();
    for persona in wanted {
        let at = free.iter().position(|c| language_of(c, main_language) == persona.language).unwrap_or(0);
        if at < free.len() {
            dealt.push((free.remove(at).clone(), persona));
        }
    }
    dealt
}

/// Deals personas to contacts in the order of the list. Each language has its own pack, in which every persona has as many
/// cards as its weight; a pack used up is shuffled anew. The first card of the first pack is one that writes back.
#[must_use]
pub fn deal(
    seed: u64,
    personas: &Personas,
    contacts: &[Contact],
    main_language: &str,
) -> BTreeMap<Phone, Arc<Persona>> {
    let people = contacts.iter().map(|contact| (&contact.phone, language_of(contact, main_language)));
    deal_to(seed, personas, people, main_language)
}

/// As [`deal`], for numbers of which only the language is known.
#[must_use]
pub fn deal_to<'a>(
    seed: u64,
    personas: &Personas,
    people: impl IntoIterator<Item = (&'a Phone, &'a str)>,
    main_language: &str,
) -> BTreeMap<Phone, Arc<Persona>> {
    let mut packs: BTreeMap<String, (u64, Vec<Arc<Persona>>)> = BTreeMap::new();
    let mut cast = BTreeMap::new();
    for (phone, language) in people {
        let language = known_language(personas, language, main_language);
        let (round, pack) = packs.entry(language.clone()).or_default();
        if pack.is_empty() {
            *pack = shuffled(seed, personas, &language, *round);
            *round += 1;
        }
        if let Some(persona) = pack.pop() {
            cast.insert(phone.clone(), persona);
        }
    }
    cast
}

/// The language in which a contact is written to.
#[must_use]
pub fn language_of<'a>(contact: &'a Contact, main_language: &'a str) -> &'a str {
    contact.language.as_deref().unwrap_or(main_language)
}

fn known_language(personas: &Personas, language: &str, main_language: &str) -> String {
    let has = |l: &str| personas.all.iter().any(|p| p.language == l && p.weight > 0);
    [language, main_language, "en"]
        .into_iter()
        .find(|l| has(l))
        .map(str::to_owned)
        .or_else(|| personas.all.iter().find(|p| p.weight > 0).map(|p| p.language.clone()))
        .unwrap_or_default()
}

fn shuffled(seed: u64, personas: &Personas, language: &str, round: u64) -> Vec<Arc<Persona>> {
    let mut pack: Vec<_> = personas
        .all
        .iter()
        .filter(|p| p.language == language)
        .flat_map(|p| std::iter::repeat_n(p.clone(), usize::try_from(p.weight).unwrap_or(0)))
        .collect();
    let who = format!("pack {language} {round}");
    for i in (1..pack.len()).rev() {
        let j = usize::try_from(draw_below(seed, &who, i as u64, i as u64 + 1)).unwrap_or(0);
        pack.swap(i, j);
    }
    // A newcomer should not wonder whether anybody is there.
    if round == 0
        && let Some(at) = pack.iter().rposition(|p| p.writes())
    {
        let last = pack.len() - 1;
        pack.swap(at, last);
    }
    pack
}
