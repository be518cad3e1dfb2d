//! Writing HTML: whatever is put in as text or as a value stays that.

use crate::domain::safe_text::safe_line;

/// A page in the making.
#[derive(Debug, Default)]
pub(super) struct Html(String);

/// `text` as it stands between tags and in quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in safe_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

impl Html {
    /// Ours, as it is.
    pub(super) fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.0.push_str(&escaped(text));
    }

    pub(super) fn open(&mut self, tag: &str, attributes: &[(&str, &str)]) {
        self.0.push('<');
        self.0.push_str(tag);
        for (name, value) in attributes {
            self.0.push_str(&format!(" {name}=\"{}\"", escaped(value)));
        }
        self.0.push('>');
    }

    pub(super) fn close(&mut self, tag: &str) {
        self.0.push_str(&format!("</{tag}>\n"));
    }

    pub(super) fn element(&mut self, tag: &str, attributes: &[(&str, &str)], text: &str) {
        self.open(tag, attributes);
        self.text(text);
        self.close(tag);
    }

    /// A table with a caption. The first column names the row; numbers stand to the right.
    pub(super) fn table(&mut self, caption: &str, head: &[String], rows: &[Vec<String>]) {
        self.open("div", &[("class", "wide"), ("role", "region"), ("tabindex", "0"), ("aria-label", caption)]);
        self.open("table", &[]);
        self.element("caption", &[], caption);
        self.open("thead", &[]);
        self.open("tr", &[]);
        for cell in head {
            self.element("th", &[("scope", "col")], cell);
        }
        self.close("tr");
        self.close("thead");
        self.open("tbody", &[]);
        for row in rows {
            self.open("tr", &[]);
            for (at, cell) in row.iter().enumerate() {
                match at {
                    0 => self.element("th", &[("scope", "row")], cell),
                    _ => self.element("td", &[], cell),
                }
            }
            self.close("tr");
        }
        self.close("tbody");
        self.close("table");
        self.close("div");
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}
