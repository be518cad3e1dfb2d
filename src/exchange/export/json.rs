//! JSON lines, with strangers' words made safe to be looked at.

use std::io::{self, Write};

use serde_json::Value;

use crate::domain::safe_text::safe_body;

pub(super) fn line(to: &mut impl Write, whole: &impl serde::Serialize) -> io::Result<()> {
    let mut value = serde_json::to_value(whole)?;
    clean(&mut value);
    serde_json::to_writer(&mut *to, &value)?;
    to.write_all(b"\n")
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
