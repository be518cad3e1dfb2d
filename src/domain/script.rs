//! Merge fields: `{firstName}`, `{firstName/there}`, `{cv:office}`.

use std::collections::BTreeMap;

/// A script's text, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

/// One merge field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// As written, without the fallback (`first_name`, `cv:office`).
    pub name: String,
    /// Where its value comes from.
    pub source: Source,
    /// What stands there when the value is empty or missing.
    pub fallback: Option<String>,
    /// Where its brace stands in the text, in bytes.
    pub at: usize,
}

/// Where the value of a field comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A column of the contact list.
    Contact,
    /// The texter's first name (`texterName`, `texterFirstName`, `texterAliasOrFirstName`).
    Texter,
    /// A variable of the campaign (`cv:name`).
    Variable,
}

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFault {
    /// Byte index into the text.
    pub at: usize,
    /// What is wrong, as a sentence for the script's author.
    pub what: String,
}

/// The values for one contact.
#[derive(Debug, Clone, Copy)]
pub struct Fill<'a> {
    /// The contact's fields, keys as in the list (`firstName`, `zip`, columns).
    pub fields: &'a BTreeMap<String, String>,
    /// First name of the texter; empty when not known.
    pub texter: &'a str,
    /// The campaign's variables.
    pub variables: &'a BTreeMap<String, String>,
}

/// The field that says who pays, in the words of the contact's state; nothing stands there when there are none.
pub const DISCLAIMER: &str = "disclaimer";

/// A field's name without case, spaces, hyphens and underscores: `First Name` = `first_name` = `firstName`.
#[must_use]
pub fn fold_name(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// What other platforms call a field that every contact has; any other name stays as it is. Names are folded.
#[must_use]
pub fn alias(folded: &str) -> &str {
    match folded {
        "fname" | "givenname" | "first" | "contactfirstname" | "recipientfirstname" | "voterfirstname" => "firstname",
        "lname" | "surname" | "familyname" | "last" | "contactlastname" => "lastname",
        "cell" | "cellphone" | "mobile" | "phonenumber" => "phone",
        "zipcode" | "postalcode" => "zip",
        "externalid" | "vanid" | "contactid" => "externalid",
        "organizationname" | "organisation" | "organisationname" | "orgname" | "org" => "organization",
        other => other,
    }
}

/// The value under `name`: the exact key first, then one that is the same when folded; blank counts as missing.
#[must_use]
pub fn lookup<'a>(fields: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    let value = fields.get(name).or_else(|| {
        let folded = fold_name(name);
        let of = |wanted: &str| fields.iter().find(|(key, _)| fold_name(key) == wanted).map(|(_, value)| value);
        of(&folded).or_else(|| Some(alias(&folded)).filter(|alias| *alias != folded).and_then(of))
    })?;
    Some(value.trim()).filter(|v| !v.is_empty())
}

impl Template {
    /// Reads a text. `{{` and `}}` stand for braces.
    ///
    /// # Errors
    /// Everything that is wrong, in order of place.
    pub fn parse(text: &str) -> Result<Self, Vec<TemplateFault>> {
        let mut pieces = Vec::new();
        let mut faults = Vec::new();
        let mut plain = String::new();
        let mut rest = text.char_indices().peekable();
        while let Some((at, c)) = rest.next() {
            let doubled = rest.peek().is_some_and(|&(_, next)| next == c);
            match c {
                '{' | '}' if doubled => {
                    rest.next();
                    plain.push(c);
                }
                '}' => faults
                    .push(TemplateFault { at, what: "a `}` without a `{` before it (write `}}` for a brace)".into() }),
                '{' => {
                    let inner = &text[at + 1..];
                    let end = inner.find(['{', '}', '\n']).filter(|&end| inner[end..].starts_with('}'));
                    let Some(end) = end else {
                        faults.push(TemplateFault {
                            at,
                            what: "a `{` that is never closed (write `{{` for a brace)".into(),
                        });
                        continue;
                    };
                    match field(&inner[..end], at) {
                        Ok(field) => {
                            if !plain.is_empty() {
                                pieces.push(Piece::Text(std::mem::take(&mut plain)));
                            }
                            pieces.push(Piece::Field(field));
                        }
                        Err(what) => faults.push(TemplateFault { at, what }),
                    }
                    while rest.next_if(|&(i, _)| i <= at + 1 + end).is_some() {}
                }
                '<' => match in_angles(&text[at..], at) {
                    Some((field, bytes)) => {
                        if !plain.is_empty() {
                            pieces.push(Piece::Text(std::mem::take(&mut plain)));
                        }
                        pieces.push(Piece::Field(field));
                        while rest.next_if(|&(i, _)| i < at + bytes).is_some() {}
                    }
                    None => plain.push(c),
                },
                _ => plain.push(c),
            }
        }
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        if faults.is_empty() { Ok(Self { pieces }) } else { Err(faults) }
    }

    /// The merge fields, in order of place.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field(field) => Some(field),
            Piece::Text(_) => None,
        })
    }

    /// The text for one contact. An empty value counts as missing.
    ///
    /// # Errors
    /// The names of the fields that have neither a value nor a fallback, each once.
    pub fn fill(&self, fill: &Fill<'_>) -> Result<String, Vec<String>> {
        self.fill_marked(fill).map(|(text, _)| text)
    }

    /// The same, with the places in bytes where something was put in.
    ///
    /// # Errors
    /// As [`Self::fill`].
    pub fn fill_marked(&self, fill: &Fill<'_>) -> Result<(String, Vec<std::ops::Range<usize>>), Vec<String>> {
        let mut out = String::new();
        let mut places = Vec::new();
        let mut missing: Vec<String> = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Field(field) => match field.value(fill).or(field.fallback.as_deref()) {
                    Some("") if field.is_disclaimer() => out.truncate(out.trim_end_matches(' ').len()),
                    Some(value) => {
                        places.push(out.len()..out.len() + value.len());
                        out.push_str(value);
                    }
                    None if missing.contains(&field.name) => {}
                    None => missing.push(field.name.clone()),
                },
            }
        }
        if missing.is_empty() { Ok((out, places)) } else { Err(missing) }
    }
}

impl Field {
    /// Its value, unless missing or blank.
    fn value<'a>(&self, fill: &Fill<'a>) -> Option<&'a str> {
        match self.source {
            Source::Contact => lookup(fill.fields, &self.name),
            Source::Texter => Some(fill.texter.trim()).filter(|t| !t.is_empty()),
            Source::Variable => lookup(fill.variables, self.variable()),
        }
    }

    /// True for `{disclaimer}`.
    #[must_use]
    pub fn is_disclaimer(&self) -> bool {
        self.source == Source::Contact && fold_name(&self.name) == DISCLAIMER
    }

    /// The variable's name, without the `cv:`.
    #[must_use]
    pub fn variable(&self) -> &str {
        self.name.strip_prefix("cv:").unwrap_or(&self.name).trim()
    }
}

/// Reads what stands between the braces.
fn field(inner: &str, at: usize) -> Result<Field, String> {
    let (name, fallback) = match inner.split_once('/') {
        Some((name, fallback)) => (name.trim(), Some(fallback.trim().to_owned())),
        None => (inner.trim(), None),
    };
    let (source, bare) = match name.strip_prefix("cv:") {
        Some(variable) => (Source::Variable, variable.trim()),
        None if is_texter(name) => (Source::Texter, name),
        None => (Source::Contact, name),
    };
    if bare.is_empty() {
        return Err(format!("`{{{inner}}}` names no field (such as `{{firstName}}`)"));
    }
    if let Some(c) = bare.chars().find(|c| !(c.is_alphanumeric() || " _-.#?'()&".contains(*c))) {
        return Err(format!("`{{{inner}}}` is not a field: names have no `{c}`"));
    }
    let mut field = Field { name: name.to_owned(), source, fallback, at };
    if field.is_disclaimer() {
        field.fallback.get_or_insert_default();
    }
    Ok(field)
}

/// `<agent name>`, `<first name>`: the fields of everybody as Hustle writes them, and how many bytes they take. Anything else
/// between angles is text.
fn in_angles(text: &str, at: usize) -> Option<(Field, usize)> {
    let end = text.find('>').filter(|end| *end <= 40)?;
    let name = text[1..end].trim();
    let everybodys = is_texter(name) || matches!(alias(&fold_name(name)), "firstname" | "lastname");
    let field = everybodys.then(|| field(name, at).ok()).flatten()?;
    Some((field, end + 1))
}

/// The first merge field that still stands in a text that is about to go out, as written between its braces.
#[must_use]
pub fn leftover_field(text: &str) -> Option<&str> {
    text.match_indices('{').find_map(|(start, _)| {
        let rest = &text[start + 1..];
        let inner = &rest[..rest.find(['{', '}', '\n']).filter(|&end| rest[end..].starts_with('}'))?];
        let named = inner.trim().starts_with(|c: char| c.is_alphabetic() || c == '_');
        (named && field(inner, start).is_ok()).then_some(inner)
    })
}

fn is_texter(name: &str) -> bool {
    matches!(
        fold_name(name).as_str(),
        "textername"
            | "texterfirstname"
            | "texteraliasorfirstname"
            | "texteralias"
            | "agentname"
            | "agentfirstname"
            | "sendername"
            | "senderfirstname"
    )
}

/// A name as people write it, when the list has it in capitals or small letters throughout: `MCDONALD` -> `McDonald`.
/// Mixed case is somebody's choice and stays, and so do the field's stand-ins `friend` and `there`.
#[must_use]
pub fn tidy_name(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let upper = name.chars().any(char::is_uppercase);
    let lower = name.chars().any(char::is_lowercase);
    if upper == lower || matches!(name.as_str(), "friend" | "there") {
        return name;
    }
    let words: Vec<&str> = name.split(' ').collect();
    let last = words.len() - 1;
    let tidy: Vec<String> = words
        .iter()
        .enumerate()
        .map(|(at, word)| {
            let small = word.to_lowercase();
            let capital = word.to_uppercase();
            if at < last && matches!(small.as_str(), "de" | "del" | "la" | "las" | "los" | "y" | "e" | "da" | "dos" | "von" | "van" | "der" | "den" | "di" | "bin" | "ibn")
                // `VAN MORRISON`, `LA TOYA`: alone before one word it may be a first name; the surest particles are not.
                && (last > 1 || at > 0 || matches!(small.as_str(), "de" | "del" | "da" | "dos" | "von" | "der" | "den" | "di"))
            {
                small
            } else if at > 0 && matches!(capital.as_str(), "II" | "III" | "IV")
                // Alone in a column of last names: nobody is called so.
                || last == 0 && matches!(capital.as_str(), "II" | "III")
                || upper && are_initials(word) && !is_title(&small, last > 0)
            {
                capital
            } else {
                word.split('-').map(part).collect::<Vec<_>>().join("-")
            }
        })
        .collect();
    tidy.join(" ")
}

/// A short form that has no vowel and is no initials: `DR. BOB`, `ST. CLAIR`, `SMITH JR`. Without a dot and alone it may be initials after all.
fn is_title(small: &str, beside_a_name: bool) -> bool {
    let word = small.trim_end_matches('.');
    word == "st" || matches!(word, "dr" | "mr" | "ms" | "jr" | "sr") && (beside_a_name || word != small)
}

/// `JT`, `CJ`, `J.P.`: letters that are no syllable.
fn are_initials(word: &str) -> bool {
    let letters: Vec<char> = word.chars().filter(|c| *c != '.').collect();
    let dotted = word.contains('.') && word.split('.').all(|p| p.chars().count() <= 1);
    dotted
        || letters.len() == 2
            && (!letters.iter().any(|c| "AEIOUY".contains(*c)) || letters[1] == 'J')
            && word.is_ascii()
}

/// One part of a hyphened name.
fn part(word: &str) -> String {
    let small = word.to_lowercase();
    if let Some(rest) = small.strip_prefix("mc").filter(|rest| rest.chars().count() > 1) {
        return format!("Mc{}", capital(rest));
    }
    for apostrophe in ['\'', '’'] {
        if let Some((before, after)) = small.split_once(apostrophe) {
            // O'Neil, D'Angelo; not Ja'nae's, and no letter after a possessive.
            if before.chars().count() == 1 && after.chars().count() > 1 {
                return format!("{}{apostrophe}{}", capital(before), capital(after));
            }
        }
    }
    capital(&small)
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[rstest]
    #[case("Hi {firstName}!", Ok("Hi Ana!"))]
    #[case("Hi {first_name}, {First Name}!", Ok("Hi Ana, Ana!"))]
    #[case("Hi {firstName/there}!", Ok("Hi Ana!"))]
    #[case("Hi {lastName/there}!", Ok("Hi there!"))]
    #[case("Hi {lastName/}!", Ok("Hi !"))]
    #[case("{texterName}, {texterFirstName}, {texterAliasOrFirstName}", Ok("Robin, Robin, Robin"))]
    #[case("Vote for {cv:office} at {polling place}", Ok("Vote for mayor at School No. 1"))]
    #[case("{ firstName / my friend }", Ok("Ana"))]
    #[case("{{firstName}} costs {{}}", Ok("{firstName} costs {}"))]
    #[case("it's <agent name>, <First Name>", Ok("it's Robin, Ana"))]
    #[case("1 < 2 > <3 <b>", Ok("1 < 2 > <3 <b>"))]
    #[case("{fname} {agent name} {texterAlias}", Ok("Ana Robin Robin"))]
    #[case("no fields", Ok("no fields"))]
    #[case("{nobody/a {x", Err(vec![]))]
    #[case("{nope} {lastName} {nope} {cv:none}", Err(vec!["nope", "lastName", "cv:none"]))]
    fn fills(#[case] text: &str, #[case] expected: Result<&str, Vec<&str>>) {
        let fields = map(&[("firstName", "Ana"), ("lastName", "  "), ("polling place", "School No. 1")]);
        let variables = map(&[("office", "mayor")]);
        let filled = match Template::parse(text) {
            Ok(template) => template.fill(&Fill { fields: &fields, texter: "Robin", variables: &variables }),
            Err(_) => Err(vec![]),
        };
        assert_eq!(filled, expected.map(str::to_owned).map_err(|e| e.into_iter().map(str::to_owned).collect()));
    }

    #[rstest]
    #[case("Hi {firstName", &[3])]
    #[case("Hi firstName}", &[12])]
    #[case("{}", &[0])]
    #[case("{ } and {/x} and {cv:}", &[0, 8, 17])]
    #[case("{a{b}", &[0])]
    #[case("{two\nlines}", &[0, 10])]
    #[case("{first<name>}", &[0])]
    fn faults(#[case] text: &str, #[case] at: &[usize]) {
        let found: Vec<usize> = Template::parse(text).unwrap_err().iter().map(|f| f.at).collect();
        assert_eq!(found, at);
    }

    #[rstest]
    #[case("Hi {firstName}!", Some("firstName"))]
    #[case("Hi { first name }!", Some(" first name "))]
    #[case("Hi {firstName/there}!", Some("firstName/there"))]
    #[case("for {cv:office}", Some("cv:office"))]
    #[case("Hi Ana! {}", None)]
    #[case("a set {1, 2} and a brace {", None)]
    #[case(":} {:", None)]
    #[case("plain", None)]
    #[case("{ {lastName}", Some("lastName"))]
    #[case("{{lastName}}", Some("lastName"))]
    fn what_counts_as_an_unfilled_field(#[case] body: &str, #[case] found: Option<&str>) {
        assert_eq!(leftover_field(body), found);
    }

    #[test]
    fn what_was_put_in_is_marked() {
        let fields = map(&[("firstName", "Ana")]);
        let fill = Fill { fields: &fields, texter: "Robin", variables: &map(&[]) };
        let (text, places) =
            Template::parse("Hi {firstName}, {zip/there}: {texterName}").unwrap().fill_marked(&fill).unwrap();
        let marked: Vec<&str> = places.into_iter().map(|place| &text[place]).collect();
        assert_eq!(marked, ["Ana", "there", "Robin"]);
    }

    #[test]
    fn a_value_is_never_read_as_a_script() {
        let fields = map(&[("firstName", "{texterName} {{")]);
        let template = Template::parse("Hi {firstName}").unwrap();
        assert_eq!(
            template.fill(&Fill { fields: &fields, texter: "R", variables: &map(&[]) }).unwrap(),
            "Hi {texterName} {{"
        );
    }

    #[test]
    fn a_texter_without_a_name_is_missing() {
        let template = Template::parse("{texterName}").unwrap();
        let none = map(&[]);
        assert_eq!(
            template.fill(&Fill { fields: &none, texter: " ", variables: &none }),
            Err(vec!["texterName".to_owned()])
        );
    }

    #[rstest]
    #[case("MCDONALD", "McDonald")]
    #[case("mcdonald", "McDonald")]
    #[case("O'NEIL", "O'Neil")]
    #[case("o’neil", "O’Neil")]
    #[case("de la cruz", "de la Cruz")]
    #[case("DE LA CRUZ", "de la Cruz")]
    #[case("maria  de  los angeles", "Maria de los Angeles")]
    #[case("VAN MORRISON", "Van Morrison")]
    #[case("jean-luc", "Jean-Luc")]
    #[case("MARY ANN", "Mary Ann")]
    #[case("JOSÉ", "José")]
    #[case("łucja", "Łucja")]
    #[case("SMITH III", "Smith III")]
    #[case("III", "III")]
    #[case("ST. JOHN", "St. John")]
    #[case("ST CLAIR", "St Clair")]
    #[case("DR. BOB", "Dr. Bob")]
    #[case("MR BOB", "Mr Bob")]
    #[case("SMITH JR", "Smith Jr")]
    #[case("JR", "JR")]
    #[case("CJ", "CJ")]
    #[case("AJ", "AJ")]
    #[case("AL", "Al")]
    #[case("J.P.", "J.P.")]
    #[case("J", "J")]
    #[case("friend", "friend")]
    #[case("there", "there")]
    #[case("LeBron", "LeBron")]
    #[case("DeShawn", "DeShawn")]
    #[case("Mcdonald", "Mcdonald")]
    #[case("d'angelo", "D'Angelo")]
    #[case("李小龍", "李小龍")]
    #[case(" ana ", "Ana")]
    #[case("", "")]
    fn names(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(tidy_name(name), expected);
    }

    proptest! {
        #[test]
        fn a_tidy_name_stays(name in "[A-Za-zÀ-ÿ'’. -]{0,30}") {
            let once = tidy_name(&name);
            prop_assert_eq!(tidy_name(&once), once);
        }

        #[test]
        fn any_text_parses_or_says_where(text in any::<String>()) {
            if let Err(faults) = Template::parse(&text) {
                prop_assert!(!faults.is_empty());
                let at_a_brace = |f: &TemplateFault| text.get(f.at..).is_some_and(|t| t.starts_with(['{', '}']));
                prop_assert!(faults.iter().all(at_a_brace), "{:?}", faults);
            }
        }

        #[test]
        fn text_with_doubled_braces_comes_back(text in "[a-z{} ]{0,40}") {
            let none = BTreeMap::new();
            let template = Template::parse(&text.replace('{', "{{").replace('}', "}}")).unwrap();
            prop_assert_eq!(template.fill(&Fill { fields: &none, texter: "", variables: &none }), Ok(text));
        }
    }
}
