//! JSON lines, with strangers' words made safe to be looked at.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::Value;

use crate::domain::{household, safe_text::safe_body};

pub(super) fn line(to: &mut impl Write, whole: &impl serde::Serialize) -> io::Result<()> {
    let mut value = serde_json::to_value(whole)?;
    tell_household(&mut value);
    clean(&mut value);
    serde_json::to_writer(&mut *to, &value)?;
    to.write_all(b"\n")
}

/// What the program keeps of several people at one number is no column of their list: it goes out as the ids of the others alone.
fn tell_household(value: &mut Value) {
    let listed = value.get_mut("listed").and_then(|listed| listed.get_mut("fields"));
    let Some(fields) = listed.and_then(Value::as_object_mut) else { return };
    let ids = fields.get(household::IDS).and_then(Value::as_str).unwrap_or_default();
    let kept = BTreeMap::from([(household::IDS.to_owned(), ids.to_owned())]);
    let others: Vec<String> = household::members(&kept).into_iter().map(|one| one.id).collect();
    fields.retain(|name, _| !household::is_own(name));
    if let Some(whole) = value.as_object_mut().filter(|_| !others.is_empty()) {
        whole.insert("shares_number_with".into(), others.into());
    }
}

fn clean(value: &mut Value) {
    match value {
        Value::String(text) => *text = safe_body(text),
        Value::Array(all) => all.iter_mut().for_each(clean),
        Value::Object(all) => {
            let fields = std::mem::take(all);
            for (key, mut value) in fields {
                clean(&mut value);
                all.insert(safe_body(&key), value);
            }
        }
        _ => {}
    }
}
