//! Where the key is kept: in the system's keychain where there is one and it is wanted, else in a file of its owner's alone.
//!
//! A file beside the journal says that the key is in the keychain, and under which name. When the key is moved, the new
//! place has it before the old one loses it; cut short in between, it is in both, and the file counts.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::files::Files;
use super::seal::KEY_BYTES;
use super::{JournalError, KeyLocation};
use crate::env::SharedIds;

/// A key.
pub type Key = Zeroizing<[u8; KEY_BYTES]>;

/// Why a keychain did not do it. The text is fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct KeychainError(pub String);

/// A keychain: keeps secrets for this account of the machine, under names.
pub trait Keychain: Send + Sync + std::fmt::Debug {
    /// What it is called.
    fn name(&self) -> &'static str;

    /// The key of this name; none when there is none.
    ///
    /// # Errors
    /// It is locked, or not there.
    fn read(&self, account: &str) -> Result<Option<Key>, KeychainError>;

    /// Keeps a key, in the place of a former one.
    ///
    /// # Errors
    /// It is locked, or not there.
    fn write(&self, account: &str, key: &Key) -> Result<(), KeychainError>;

    /// Forgets a key; one that is not there is no error.
    ///
    /// # Errors
    /// It is locked, or not there.
    fn delete(&self, account: &str) -> Result<(), KeychainError>;
}

/// Where the key shall be.
#[derive(Debug, Clone, Default)]
pub struct KeyPlace {
    /// The keychain of this machine, when there may be one.
    pub keychain: Option<Arc<dyn Keychain>>,
    /// The key shall be there; else in a file. What is found elsewhere is moved.
    pub in_keychain: bool,
}

/// Reads the key from where it is. None: there is none, or it is none.
pub(super) fn read(files: &Files, place: &KeyPlace) -> Result<Option<Key>, JournalError> {
    if let Some(key) = files.read_key()? {
        return Ok(Some(key));
    }
    let Some(account) = files.read_marker()? else { return Ok(None) };
    let Some(keychain) = &place.keychain else {
        return Err(JournalError::KeyElsewhere("this machine's keychain is not there".into()));
    };
    keychain.read(&account).map_err(|error| JournalError::KeyElsewhere(error.to_string()))
}

/// Moves the key to where it shall be. A keychain that refuses is no reason not to work: it stays where it is.
pub(super) fn settle(files: &Files, place: &KeyPlace, ids: &SharedIds) -> Result<(), JournalError> {
    match (files.read_key()?, files.read_marker()?, &place.keychain) {
        (Some(key), marker, Some(keychain)) if place.in_keychain => {
            let account = marker.unwrap_or_else(|| fresh_name(ids));
            if let Err(error) = keep(&**keychain, &account, &key) {
                tracing::warn!(%error, "the keychain does not take the key; it stays in its file");
                return Ok(());
            }
            files.write_marker(&account)?;
            Ok(files.destroy_key_file()?)
        }
        // A move that was cut short, or a keychain that went and came back: the file counts.
        (Some(_), Some(account), Some(keychain)) => {
            keychain.delete(&account).map_err(|error| JournalError::KeyElsewhere(error.to_string()))?;
            Ok(files.remove_marker()?)
        }
        (None, Some(account), Some(keychain)) if !place.in_keychain => {
            let kept = keychain.read(&account).map_err(|error| JournalError::KeyElsewhere(error.to_string()))?;
            let Some(key) = kept else { return Ok(()) };
            files.write_key(&key)?;
            if let Err(error) = keychain.delete(&account) {
                tracing::warn!(%error, "the keychain still has the key; it is tried again at the next start");
                return Ok(());
            }
            Ok(files.remove_marker()?)
        }
        _ => Ok(()),
    }
}

/// In the keychain, and found there again.
fn keep(keychain: &dyn Keychain, account: &str, key: &Key) -> Result<(), KeychainError> {
    keychain.write(account, key)?;
    match keychain.read(account)? {
        Some(found) if *found == **key => Ok(()),
        _ => Err(KeychainError("it does not give back what it was given".into())),
    }
}

/// A name that tells nothing of anybody.
fn fresh_name(ids: &SharedIds) -> String {
    let mut bytes = [0u8; 16];
    ids.fill(&mut bytes);
    format!("journal-{}", to_hex(&bytes))
}

/// Where it is now.
pub(super) fn location(files: &Files, place: &KeyPlace) -> KeyLocation {
    match (&place.keychain, files.read_marker()) {
        (Some(keychain), Ok(Some(_))) if !files.key().exists() => KeyLocation::Keychain(keychain.name()),
        _ => KeyLocation::File(files.key()),
    }
}

/// Forgets the key in the keychain, before the files go.
pub(super) fn forget(files: &Files, place: &KeyPlace) -> Result<(), JournalError> {
    match (files.read_marker()?, &place.keychain) {
        (Some(account), Some(keychain)) => {
            keychain.delete(&account).map_err(|error| JournalError::KeyElsewhere(error.to_string()))
        }
        _ => Ok(()),
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Key> {
    let text = text.trim();
    let mut key = Zeroizing::new([0u8; KEY_BYTES]);
    if text.len() != KEY_BYTES * 2 || !text.is_ascii() {
        return None;
    }
    for (byte, place) in key.iter_mut().zip(0..) {
        *byte = u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(key)
}

/// The system's keychain, by the system's own tool: `secret-tool` (any keyring that speaks the Secret Service) or `security`
/// (macOS). The key goes to it by its input, never by an argument that others could see.
#[derive(Debug, Clone)]
pub struct SystemKeychain {
    tool: String,
    mac: bool,
}

impl Default for SystemKeychain {
    fn default() -> Self {
        let mac = cfg!(target_os = "macos");
        Self { tool: if mac { "security" } else { "secret-tool" }.to_owned(), mac }
    }
}

/// What all our secrets are filed under.
const SERVICE: &str = "textbank";

impl SystemKeychain {
    /// By another tool that takes the same commands.
    #[must_use]
    pub fn by_tool(tool: impl Into<String>, mac: bool) -> Self {
        Self { tool: tool.into(), mac }
    }

    /// True when it is there and answers.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !cfg!(windows) && self.read("none").is_ok()
    }

    fn run(&self, args: &[&str], input: &str) -> Result<Output, KeychainError> {
        let failed = |error: std::io::Error| KeychainError(format!("{}: {error}", self.tool));
        let mut child = Command::new(&self.tool)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        if let Some(mut pipe) = child.stdin.take() {
            // One that does not read has failed already, and says so itself.
            let _ = pipe.write_all(input.as_bytes());
        }
        child.wait_with_output().map_err(failed)
    }

    fn refused(&self, output: &Output) -> KeychainError {
        let said = String::from_utf8_lossy(&output.stderr);
        KeychainError(format!("{}: {}", self.tool, crate::domain::safe_text::safe_line(said.trim())))
    }

    fn done(&self, output: &Output) -> Result<(), KeychainError> {
        if output.status.success() { Ok(()) } else { Err(self.refused(output)) }
    }
}

impl Keychain for SystemKeychain {
    fn name(&self) -> &'static str {
        if self.mac { "the macOS keychain" } else { "the system's keyring" }
    }

    fn read(&self, account: &str) -> Result<Option<Key>, KeychainError> {
        let output = if self.mac {
            self.run(&["find-generic-password", "-s", SERVICE, "-a", account, "-w"], "")?
        } else {
            self.run(&["lookup", "service", SERVICE, "account", account], "")?
        };
        // 44 is macOS's "not found"; secret-tool says nothing then, and something when it cannot look.
        let absent = if self.mac { output.status.code() == Some(44) } else { output.stderr.is_empty() };
        if !output.status.success() {
            return if absent { Ok(None) } else { Err(self.refused(&output)) };
        }
        let text = Zeroizing::new(String::from_utf8_lossy(&output.stdout).into_owned());
        Ok(from_hex(&text))
    }

    fn write(&self, account: &str, key: &Key) -> Result<(), KeychainError> {
        let hex = Zeroizing::new(to_hex(key.as_slice()));
        let output = if self.mac {
            let command =
                Zeroizing::new(format!("add-generic-password -U -s {SERVICE} -a {account} -w {}\n", hex.as_str()));
            self.run(&["-i"], &command)?
        } else {
            let args = ["store", "--label=textbank journal", "service", SERVICE, "account", account];
            self.run(&args, &hex)?
        };
        self.done(&output)
    }

    fn delete(&self, account: &str) -> Result<(), KeychainError> {
        if self.mac {
            let output = self.run(&["delete-generic-password", "-s", SERVICE, "-a", account], "")?;
            return if output.status.code() == Some(44) { Ok(()) } else { self.done(&output) };
        }
        let output = self.run(&["clear", "service", SERVICE, "account", account], "")?;
        if output.stderr.is_empty() { Ok(()) } else { self.done(&output) }
    }
}
