//! What tables there are, read from the steps that make them.

use super::{Done, Fault};
use crate::db::{self, Conn, Options, kept};
use crate::server::store::sql::schema;

/// Filled by triggers while another table is: they come last, in place of what the triggers wrote.
const LAST: &[&str] = &["contact_counts"];

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// The columns of its key, in order.
    pub(super) key: Vec<String>,
    /// Its rows are numbered by the database.
    pub(super) numbered: bool,
    /// Columns that name a row of another table: column, table, its column.
    pub(super) references: Vec<(String, String, String)>,
}

impl Shape {
    /// A page of rows in the order of the key: the first, or after the key that is bound. The limit is bound last.
    pub(super) fn page(&self, first: bool) -> &'static str {
        let (columns, key) = (self.columns.join(", "), self.key.join(", "));
        let values = |many: usize| (1..=many).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let many = self.key.len();
        let (after, limit) =
            if first { (String::new(), 1) } else { (format!("WHERE ({key}) > ({})", values(many)), many + 1) };
        kept(format!("SELECT {columns} FROM {} {after} ORDER BY {key} LIMIT ${limit}", self.name))
    }

    pub(super) fn insert(&self) -> &'static str {
        let values = (1..=self.columns.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        kept(format!("INSERT INTO {} ({}) VALUES ({values})", self.name, self.columns.join(", ")))
    }

    /// Where the key's columns stand among all.
    pub(super) fn key_places(&self) -> Vec<usize> {
        self.key.iter().filter_map(|key| self.columns.iter().position(|column| column == key)).collect()
    }
}

/// Every table of this program's steps, each after those that it refers to.
pub(super) async fn shapes() -> Done<Vec<Shape>> {
    let mut conn = Options::memory().open().await?;
    schema::migrate(&mut conn, 0).await?;
    let names =
        db::query("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
    let mut left = Vec::new();
    for row in names.fetch_all(&mut conn).await? {
        left.push(shape(&mut conn, row.try_get(0)?).await?);
    }
    left.sort_by_key(|shape| LAST.contains(&shape.name.as_str()));
    let mut done: Vec<Shape> = Vec::new();
    while !left.is_empty() {
        let there = |name: &str| done.iter().any(|shape| shape.name == name);
        let ready = |shape: &Shape| shape.references.iter().all(|(_, table, _)| *table == shape.name || there(table));
        let Some(at) = left.iter().position(ready) else {
            return Err(Fault::Refused("the tables refer to each other in a ring".into()));
        };
        done.push(left.remove(at));
    }
    Ok(done)
}

async fn shape(conn: &mut Conn, name: String) -> Done<Shape> {
    let mut columns = Vec::new();
    let mut key = Vec::new();
    let mut whole = false;
    let info = db::query("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid").bind(name.as_str());
    for row in info.fetch_all(conn).await? {
        let column: String = row.try_get(0)?;
        let place: i64 = row.try_get(2)?;
        if place > 0 {
            key.push((place, column.clone()));
            whole = row.try_get::<String>(1)? == "INTEGER";
        }
        columns.push(column);
    }
    key.sort();
    let bare = db::query("SELECT wr FROM pragma_table_list WHERE name = $1").bind(name.as_str());
    // Those of the steps are given by the program.
    let numbered =
        name != "schema_steps" && whole && key.len() == 1 && bare.fetch_one(conn).await?.try_get::<i64>(0)? == 0;
    let refers = db::query("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list($1) ORDER BY id");
    let mut references = Vec::new();
    for row in refers.bind(name.as_str()).fetch_all(conn).await? {
        references.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    }
    let key = key.into_iter().map(|(_, column)| column).collect();
    Ok(Shape { name, columns, key, numbered, references })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_table_has_a_key_and_stands_after_those_that_it_names() {
        let shapes = shapes().await.expect("tables");
        let place = |name: &str| shapes.iter().position(|shape| shape.name == name).expect(name);
        for shape in &shapes {
            assert!(!shape.key.is_empty(), "{shape:?}");
            for (_, other, _) in &shape.references {
                assert!(place(other) < place(&shape.name), "{shape:?}");
            }
        }
        assert!(place("contact_counts") > place("contacts"), "what its triggers write is written over");
        let contacts = &shapes[place("contacts")];
        assert!(contacts.numbered && !shapes[place("verdicts")].numbered);
        assert_eq!(contacts.page(true).split_whitespace().next_back(), Some("$1"));
        assert!(shapes[place("ledger")].page(false).contains("WHERE (organization, seq) > ($1, $2)"));
    }
}
