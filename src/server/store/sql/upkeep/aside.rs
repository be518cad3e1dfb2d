//! Databases that must not be served: a backup, and what a campaign was moved away from.
//!
//! Two servers that each work on a copy of one campaign would each send what waits in it. So a copy says of itself that it is
//! one, and whoever is told to serve it refuses.

use super::{Done, Fault, builder, reader};
use crate::db::{self, Conn};
use crate::server::store::StoreError;
use crate::server::store::sql::Location;

/// Why a database is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Aside {
    /// It is a backup, made at this time.
    Backup(String),
    /// The campaign goes on elsewhere.
    Moved(String),
}

impl Aside {
    fn read(text: &str) -> Self {
        match text.split_once(' ') {
            Some(("backup", at)) => Self::Backup(at.to_owned()),
            Some((_, to)) => Self::Moved(to.to_owned()),
            None => Self::Moved(text.to_owned()),
        }
    }

    fn write(&self) -> String {
        match self {
            Self::Backup(at) => format!("backup {at}"),
            Self::Moved(to) => format!("moved {to}"),
        }
    }
}

/// What a database says of itself.
pub(super) async fn aside(conn: &mut Conn) -> db::Result<Option<Aside>> {
    let row = db::query("SELECT value FROM meta WHERE key = 'set_aside'").fetch_optional(conn).await?;
    row.map(|row| Ok(Aside::read(&row.try_get::<String>(0)?))).transpose()
}

/// Has it say so, or no more.
pub(super) async fn set_aside(conn: &mut Conn, why: Option<&Aside>) -> db::Result<()> {
    db::query("DELETE FROM meta WHERE key = 'set_aside'").execute(&mut *conn).await?;
    if let Some(why) = why {
        db::query("INSERT INTO meta (key, value) VALUES ('set_aside', $1)").bind(why.write()).execute(conn).await?;
    }
    Ok(())
}

/// For whoever is about to serve it.
pub(in super::super) async fn refuse_set_aside(conn: &mut Conn) -> Result<(), StoreError> {
    let why = match aside(conn).await? {
        None => return Ok(()),
        Some(Aside::Backup(at)) => format!(
            "it is a backup of {at}: served as it is it would send again what went out since. Put it back by textbank db \
             restore --from FILE --database ..."
        ),
        Some(Aside::Moved(to)) => format!(
            "the campaign was moved to {to}: served from here too it would text the same people twice. Serve it there; if that \
             copy was given up and never served, textbank db reopen makes this one the campaign again"
        ),
    };
    Err(StoreError::Unavailable(why))
}

/// Makes a database that a campaign was moved away from the campaign again.
///
/// # Errors
/// When it was not moved away from, or cannot be written.
pub async fn reopen(location: &Location) -> Done<()> {
    drop(reader(location).await?);
    let mut conn = builder(location).await?;
    match aside(&mut conn).await? {
        None => Err(Fault::Refused("it was not set aside: there is nothing to reopen".into())),
        Some(Aside::Backup(_)) => Err(Fault::Refused(
            "it is a backup: put it back by textbank db restore, which holds what may have gone out since".into(),
        )),
        Some(Aside::Moved(_)) => Ok(set_aside(&mut conn, None).await?),
    }
}
