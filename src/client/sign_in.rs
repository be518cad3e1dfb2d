//! Sign-ins on this machine: one file each, for its owner's eyes only.
//!
//! A sign-in is never overwritten by another one: each has the name of its server and person there. Whoever asks without
//! a name gets the latest that may do what is asked.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::api::people::{Joined, Me, Role};
use crate::domain::ids::DeviceId;

/// What kind of server a sign-in is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerKind {
    /// Our own.
    #[default]
    Native,
    /// A campaign that runs Spoke.
    Spoke,
}

impl ServerKind {
    fn is_native(&self) -> bool {
        *self == Self::Native
    }
}

/// One sign-in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// What kind of server it is for.
    pub kind: ServerKind,
    /// Address of the server.
    pub server: String,
    /// The session's token; at a Spoke server its cookie.
    pub token: SecretString,
    /// Who I am there.
    pub me: Me,
    /// This installation.
    pub device: DeviceId,
    /// When it was made.
    pub at: Timestamp,
    /// When its token was renewed, if ever.
    pub renewed_at: Option<Timestamp>,
    /// What its name has behind it, beside another sign-in of the same person.
    pub beside: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(default, skip_serializing_if = "ServerKind::is_native")]
    kind: ServerKind,
    server: String,
    token: String,
    me: Me,
    device: DeviceId,
    at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renewed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    beside: Option<String>,
}

/// Why there is no sign-in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// None at all, or none of this name or right.
    #[error("{0}")]
    None(String),
    /// The file system said no.
    #[error("{0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The file is not one of ours.
    #[error("{0} is damaged: remove it and join again ({1})")]
    Damaged(PathBuf, String),
}

impl SignIn {
    /// From what joining answered.
    #[must_use]
    pub fn new(server: &str, joined: Joined, device: DeviceId, at: Timestamp) -> Self {
        let Joined { token, me } = joined;
        let kind = ServerKind::Native;
        Self { kind, server: server.to_owned(), token: token.into(), me, device, at, renewed_at: None, beside: None }
    }

    /// For a campaign that runs Spoke.
    #[must_use]
    pub fn at_spoke(server: &str, cookie: SecretString, me: Me, device: DeviceId, at: Timestamp) -> Self {
        let kind = ServerKind::Spoke;
        Self { kind, server: server.to_owned(), token: cookie, me, device, at, renewed_at: None, beside: None }
    }

    /// Its name on this machine: server and person, safe as a file's name.
    #[must_use]
    pub fn name(&self) -> String {
        let host = self.server.split_once("://").map_or(self.server.as_str(), |(_, rest)| rest);
        let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c.to_ascii_lowercase() } else { '-' };
        let host: String = host.chars().map(safe).collect();
        let beside = self.beside.as_deref().map(|what| format!("-{what}")).unwrap_or_default();
        format!("{}-{}{beside}", host.trim_matches(['-', '.']), self.me.person)
    }

    /// Finds its place among those that are here: one of the same person by a link of the same kind gives its place to it, and beside one by
    /// another kind (another campaign, another role) it has a name of its own, as each may do what its own link was for. Says which
    /// others of the same person stay.
    pub fn take_place<'a>(&mut self, all: &'a [Self]) -> Vec<&'a Self> {
        let same =
            |other: &&Self| other.kind == self.kind && other.server == self.server && other.me.person == self.me.person;
        let mine: Vec<&Self> = all.iter().filter(same).collect();
        let kind = |one: &Self| (one.me.role, one.me.campaign);
        self.beside = match mine.iter().find(|other| kind(other) == kind(self)) {
            Some(former) => former.beside.clone(),
            None if mine.iter().all(|other| other.beside.is_some()) => None,
            None => {
                let campaign = self.me.campaign.map(|campaign| format!("-{campaign}")).unwrap_or_default();
                Some(format!("{}{campaign}", self.me.role.in_words().replace(' ', "-")))
            }
        };
        mine.into_iter().filter(|other| other.beside != self.beside).collect()
    }
}

/// Stores a sign-in, whole or not at all.
///
/// # Errors
/// [`SignInError::File`]
pub fn save(dir: &Path, sign_in: &SignIn) -> Result<PathBuf, SignInError> {
    let path = dir.join(format!("{}.json", sign_in.name()));
    write(dir, &path, sign_in).map_err(|error| SignInError::File(path.clone(), error))?;
    Ok(path)
}

/// This installation's id, the same for whatever it joins; `fresh` when it has none. It is on the disk before it is used: a
/// join whose answer was lost is found again by it.
///
/// # Errors
/// [`SignInError`]
pub fn device(dir: &Path, fresh: DeviceId) -> Result<DeviceId, SignInError> {
    if let Some(former) = list(dir)?.first() {
        return Ok(former.device);
    }
    let path = dir.join("device");
    let failed = |error| SignInError::File(path.clone(), error);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let id = text.trim().parse().map_err(|error| SignInError::Damaged(path.clone(), format!("{error}")))?;
            return Ok(DeviceId(id));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    make_dir(dir).map_err(failed)?;
    let whole = path.with_extension("new");
    fs::write(&whole, format!("{}\n", fresh.0)).and_then(|()| fs::rename(&whole, &path)).map_err(failed)?;
    Ok(fresh)
}

/// What proves at a server that it is this machine that joins again, whatever is known of its [`device`]: made of a secret that stays here,
/// for its owner's eyes only (made of `fresh` the first time), and of the server's address with its path, so that one server cannot use it at
/// another. It is on the disk before it is used. It goes nowhere without encryption: see `textbank join`.
///
/// # Errors
/// [`SignInError`]
pub fn proof(dir: &Path, server: &str, fresh: [u8; 32]) -> Result<String, SignInError> {
    let path = dir.join("join-secret");
    let failed = |error| SignInError::File(path.clone(), error);
    let secret = match fs::read_to_string(&path) {
        Ok(text) => blake3::Hash::from_hex(text.trim())
            .map_err(|error| SignInError::Damaged(path.clone(), error.to_string()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_dir(dir).map_err(failed)?;
            let secret = blake3::Hash::from_bytes(fresh);
            replace(dir, &path, format!("{}\n", secret.to_hex()).as_bytes()).map_err(failed)?;
            secret
        }
        Err(error) => return Err(failed(error)),
    };
    let address = server.split_once("://").map_or(server, |(_, rest)| rest);
    let address = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
    // Another port of one machine is the same people's.
    let host =
        host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(h, _)| h);
    let mut hasher = blake3::Hasher::new_derive_key("textbank: proof of a machine that joins, version 1");
    hasher.update(secret.as_bytes()).update(host.to_ascii_lowercase().as_bytes()).update(path.as_bytes());
    Ok(hasher.finalize().to_hex().to_string())
}

fn make_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

fn write(dir: &Path, path: &Path, sign_in: &SignIn) -> io::Result<()> {
    make_dir(dir)?;
    let stored = Stored {
        kind: sign_in.kind,
        server: sign_in.server.clone(),
        token: sign_in.token.expose_secret().to_owned(),
        me: sign_in.me.clone(),
        device: sign_in.device,
        at: sign_in.at,
        renewed_at: sign_in.renewed_at,
        beside: sign_in.beside.clone(),
    };
    replace(dir, path, &serde_json::to_vec_pretty(&stored)?)
}

/// Puts a file there for its owner's eyes only, whole or not at all.
fn replace(dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    // A leftover of a crash may have other rights.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // On Windows the profile's own access list keeps others out.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    // A token is used only when its name is on the disk too: after a loss of power the former one would count as stolen.
    #[cfg(unix)]
    fs::File::open(dir)?.sync_all()?;
    Ok(())
}

/// Every sign-in of the directory, the latest first; none when there is no directory.
///
/// # Errors
/// [`SignInError`]
pub fn list(dir: &Path) -> Result<Vec<SignIn>, SignInError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(SignInError::File(dir.to_owned(), error)),
    };
    let mut all = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| SignInError::File(dir.to_owned(), error))?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            all.push(read(&path)?);
        }
    }
    all.sort_by(|a: &SignIn, b| b.at.cmp(&a.at).then_with(|| a.name().cmp(&b.name())));
    Ok(all)
}

/// Where a sign-in's file is.
#[must_use]
pub fn file_of(dir: &Path, sign_in: &SignIn) -> PathBuf {
    dir.join(format!("{}.json", sign_in.name()))
}

/// Alone with a sign-in's token; its file goes when this does.
#[derive(Debug)]
pub struct Alone {
    path: PathBuf,
    _file: fs::File,
}

impl Drop for Alone {
    fn drop(&mut self) {
        // While it is still locked: whoever has opened it meanwhile sees, once it is theirs, that it has no name any more.
        // Where that cannot be seen the file stays.
        #[cfg(unix)]
        let _ = fs::remove_file(&self.path);
    }
}

/// True when `file` is still what the name leads to: a lock on a file that was removed locks nobody out.
#[cfg(unix)]
fn has_its_name(file: &fs::File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let of = |meta: &fs::Metadata| (meta.dev(), meta.ino());
    matches!((file.metadata(), fs::symlink_metadata(path)), (Ok(held), Ok(named)) if of(&held) == of(&named))
}

#[cfg(not(unix))]
fn has_its_name(_: &fs::File, _: &Path) -> bool {
    true
}

/// Alone with a sign-in's token while this is held; `None` when another program is at it, or was a moment ago.
///
/// # Errors
/// [`SignInError::File`]
pub fn lock(dir: &Path, sign_in: &SignIn) -> Result<Option<Alone>, SignInError> {
    let path = dir.join(format!("{}.lock", sign_in.name()));
    let failed = |error| SignInError::File(path.clone(), error);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) if has_its_name(&file, &path) => Ok(Some(Alone { path, _file: file })),
        Ok(()) => Ok(None),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// Reads one sign-in.
///
/// # Errors
/// [`SignInError`]
pub fn read(path: &Path) -> Result<SignIn, SignInError> {
    let bytes = fs::read(path).map_err(|error| SignInError::File(path.to_owned(), error))?;
    let stored: Stored =
        serde_json::from_slice(&bytes).map_err(|error| SignInError::Damaged(path.to_owned(), error.to_string()))?;
    let Stored { kind, server, token, me, device, at, renewed_at, beside } = stored;
    Ok(SignIn { kind, server, token: token.into(), me, device, at, renewed_at, beside })
}

/// The sign-in with this name (or its unambiguous beginning); without a name, the latest that may do what `role` may.
///
/// # Errors
/// [`SignInError::None`] says what to do.
pub fn load(dir: &Path, name: Option<&str>, role: Role) -> Result<SignIn, SignInError> {
    load_where(dir, name, role, |_| true)
}

/// As [`load`]; without a name it is the latest that `fits` accepts too.
///
/// # Errors
/// As [`load`].
pub fn load_where(
    dir: &Path,
    name: Option<&str>,
    role: Role,
    fits: impl Fn(&SignIn) -> bool,
) -> Result<SignIn, SignInError> {
    let mut all = list(dir)?;
    if name.is_none() && all.iter().any(&fits) {
        all.retain(&fits);
    }
    if all.is_empty() {
        return Err(SignInError::None(
            "not signed in: run `textbank join LINK` with the link you were given".to_owned(),
        ));
    }
    let Some(name) = name else {
        let at_spoke = all.iter().all(|sign_in| sign_in.kind == ServerKind::Spoke);
        return all.into_iter().find(|sign_in| sign_in.me.role >= role).ok_or_else(|| {
            // Spoke has no links for its roles: somebody who may gives them.
            SignInError::None(if at_spoke {
                let named = role_at_spoke(role);
                format!(
                    "no sign-in here may do this: at a Spoke server it needs the role {named} there. Ask the campaign's admin \
                     for it (Spoke's page People), then sign in again: textbank login --spoke URL"
                )
            } else {
                format!("no sign-in here may do this: it needs a link for the role {}", role.in_words())
            })
        });
    };
    let names: Vec<String> = all.iter().map(SignIn::name).collect();
    let fits = |wanted: &dyn Fn(&str) -> bool| {
        let mut hits = names.iter().enumerate().filter(|(_, name)| wanted(name)).map(|(index, _)| index);
        hits.next().filter(|_| hits.next().is_none())
    };
    let index = fits(&|full| full == name).or_else(|| fits(&|full| full.starts_with(name)));
    index.and_then(|index| all.into_iter().nth(index)).ok_or_else(|| {
        SignInError::None(format!("no single sign-in is called `{name}`; there are: {}", names.join(", ")))
    })
}

/// What Spoke calls the role that may do as much.
const fn role_at_spoke(role: Role) -> &'static str {
    match role {
        Role::Texter => "TEXTER",
        Role::VettedTexter => "VETTED_TEXTER",
        Role::Captain => "SUPERVOLUNTEER",
        Role::Admin => "ADMIN",
        Role::Owner => "OWNER",
    }
}

/// Removes a sign-in; the session itself is ended on the server.
///
/// # Errors
/// [`SignInError`]
pub fn remove(dir: &Path, name: &str) -> Result<(), SignInError> {
    let path = dir.join(format!("{name}.json"));
    // Beside it may be the lock of a renewal, which holds nothing.
    drop(fs::remove_file(dir.join(format!("{name}.lock"))));
    // Or a token that a crash left there.
    drop(fs::remove_file(path.with_extension("new")));
    fs::remove_file(&path).map_err(|error| SignInError::File(path, error))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::PersonId;

    fn sign_in(server: &str, person: i64, role: Role, at: &str) -> SignIn {
        let me = Me {
            person: PersonId(person),
            name: "Ada".to_owned(),
            role,
            organization: "Us".to_owned(),
            campaign: None,
            rehearsal: false,
            waiting: false,
        };
        let joined = Joined { token: format!("secret-{person}"), me };
        SignIn::new(server, joined, DeviceId(Uuid::from_u128(1)), at.parse().expect("a time"))
    }

    #[test]
    fn a_machine_proves_itself_the_same_at_one_server_and_otherwise_at_another() {
        let dir = tempfile::tempdir().expect("a directory");
        let dir = dir.path().join("here");
        let first = proof(&dir, "https://text.example.org/x", [7; 32]).expect("made");
        assert_eq!(first.len(), 64);
        for same in ["https://text.example.org/x/", "https://Text.example.org:8787/x"] {
            assert_eq!(proof(&dir, same, [8; 32]).expect("read"), first);
        }
        for other in ["https://text.example.com/x", "https://text.example.org/y", "https://text.example.org"] {
            assert_ne!(proof(&dir, other, [8; 32]).expect("read"), first);
        }
        let kept = fs::read_to_string(dir.join("join-secret")).expect("a file");
        assert!(!kept.contains(&first) && list(&dir).expect("read").is_empty());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(dir.join("join-secret")).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(dir.join("join-secret"), "no secret").expect("written");
        assert!(matches!(proof(&dir, "https://x.org", [8; 32]), Err(SignInError::Damaged(..))));
    }

    #[test]
    fn what_is_saved_is_found_by_name_beginning_and_right() {
        let dir = tempfile::tempdir().expect("a directory");
        let dir = dir.path().join("deep/er");
        assert!(list(&dir).expect("no directory is no sign-in").is_empty());
        save(&dir, &sign_in("http://127.0.0.1:8787", 1, Role::Admin, "2026-01-01T00:00:00Z")).expect("saved");
        save(&dir, &sign_in("https://Text.Example.org/x", 2, Role::Texter, "2026-01-02T00:00:00Z")).expect("saved");

        let name = |name, role| load(&dir, name, role).map(|found| found.name()).map_err(|error| error.to_string());
        assert_eq!(name(None, Role::Texter).expect("the latest"), "text.example.org-x-2");
        assert_eq!(name(None, Role::Captain).expect("the one with the right"), "127.0.0.1-8787-1");
        assert_eq!(name(Some("text"), Role::Texter).expect("by its beginning"), "text.example.org-x-2");
        assert!(name(Some("nobody"), Role::Texter).expect_err("none").contains("127.0.0.1-8787-1"));
        let found = load(&dir, Some("127.0.0.1-8787-1"), Role::Admin).expect("by its name");
        assert_eq!((found.token.expose_secret(), found.me.person), ("secret-1", PersonId(1)));

        remove(&dir, "127.0.0.1-8787-1").expect("removed");
        assert!(name(None, Role::Captain).is_err());
    }

    #[test]
    fn what_one_person_is_here_for_in_several_ways_stands_beside_each_other() {
        let dir = tempfile::tempdir().expect("a directory");
        let join = |role, campaign: Option<i64>| {
            let mut new = sign_in("http://h:1", 5, role, "2026-01-01T00:00:00Z");
            new.me.campaign = campaign.map(crate::domain::ids::CampaignId);
            let all = list(dir.path()).expect("a list");
            let stay: Vec<String> = new.take_place(&all).into_iter().map(SignIn::name).collect();
            save(dir.path(), &new).expect("saved");
            (new.name(), stay)
        };
        assert_eq!(join(Role::Texter, Some(1)), ("h-1-5".to_owned(), vec![]));
        assert_eq!(join(Role::Texter, Some(2)), ("h-1-5-texter-2".to_owned(), vec!["h-1-5".to_owned()]));
        let (name, stay) = join(Role::Captain, None);
        assert_eq!((name.as_str(), stay.len()), ("h-1-5-captain", 2));
        // By the same kind of link anew: in the place of the former one.
        assert_eq!(join(Role::Texter, Some(1)).0, "h-1-5");
        assert_eq!(join(Role::Texter, Some(2)).0, "h-1-5-texter-2");
        assert_eq!(list(dir.path()).expect("a list").len(), 3);
    }

    #[test]
    fn an_installation_keeps_its_id_also_before_it_joined_anything() {
        let dir = tempfile::tempdir().expect("a directory");
        let dir = dir.path().join("deep");
        let id = |n| DeviceId(Uuid::from_u128(n));
        assert_eq!(device(&dir, id(7)).expect("made"), id(7));
        assert_eq!(device(&dir, id(8)).expect("kept"), id(7));
        save(&dir, &sign_in("http://h:1", 1, Role::Admin, "2026-01-01T00:00:00Z")).expect("saved");
        assert_eq!(device(&dir, id(8)).expect("the sign-in's"), id(1));
        assert_eq!(list(&dir).expect("a list").len(), 1);
    }

    #[test]
    fn a_lock_keeps_others_out_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a directory");
        let one = sign_in("http://h:1", 1, Role::Admin, "2026-01-01T00:00:00Z");
        let path = dir.path().join(format!("{}.lock", one.name()));
        let held = lock(dir.path(), &one).expect("a file").expect("nobody is at it");
        let former = fs::File::open(&path).expect("it is there");
        assert!(lock(dir.path(), &one).expect("a file").is_none(), "somebody is");
        drop(held);
        assert_eq!(path.exists(), cfg!(not(unix)));
        let next = lock(dir.path(), &one).expect("a file").expect("nobody is at it");
        former.try_lock().expect("nobody holds what was removed");
        assert_eq!(has_its_name(&former, &path), cfg!(not(unix)), "and whoever gets that has locked nobody out");
        drop(next);
    }

    #[test]
    fn joining_again_as_another_person_keeps_the_former_sign_in() {
        let dir = tempfile::tempdir().expect("a directory");
        for person in [1, 2] {
            save(dir.path(), &sign_in("http://h:1", person, Role::Admin, "2026-01-01T00:00:00Z")).expect("saved");
        }
        assert_eq!(list(dir.path()).expect("a list").len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a directory");
        let path = save(dir.path(), &sign_in("http://h:1", 1, Role::Texter, "2026-01-01T00:00:00Z")).expect("saved");
        assert_eq!(fs::metadata(path).expect("a file").permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_named() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::write(dir.path().join("x.json"), "{").expect("written");
        let error = load(dir.path(), None, Role::Texter).expect_err("damaged").to_string();
        assert!(error.contains("x.json"), "{error}");
    }

    #[test]
    fn debug_hides_the_token() {
        let shown = format!("{:?}", sign_in("http://h:1", 1, Role::Texter, "2026-01-01T00:00:00Z"));
        assert!(!shown.contains("secret-1"));
    }
}
