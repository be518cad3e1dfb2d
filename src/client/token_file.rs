//! The token as a sign-in's file has it now: another program of the same sign-in may have renewed it meanwhile.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use secrecy::SecretString;

use super::sign_in::{self, SignIn};

/// See the module.
#[derive(Debug)]
pub struct TokenFile {
    path: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug)]
struct Known {
    /// The file's change time and length when it was read.
    stamp: Option<(SystemTime, u64)>,
    token: SecretString,
}

impl TokenFile {
    /// Of this sign-in, whose file is `path`.
    #[must_use]
    pub fn new(path: PathBuf, sign_in: &SignIn) -> Self {
        Self { path, known: Mutex::new(Known { stamp: None, token: sign_in.token.clone() }) }
    }

    /// The token to use now. A file that cannot be read leaves the last one known.
    #[must_use]
    pub fn token(&self) -> SecretString {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = std::fs::metadata(&self.path).ok().and_then(|meta| Some((meta.modified().ok()?, meta.len())));
        if stamp.is_some() && stamp != known.stamp {
            match sign_in::read(&self.path) {
                Ok(sign_in) => *known = Known { stamp, token: sign_in.token },
                Err(error) => tracing::warn!(%error, "the sign-in's file could not be read again"),
            }
        }
        known.token.clone()
    }
}
