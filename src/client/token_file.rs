//! The token as a sign-in's file has it now: another program of the same sign-in may have renewed it meanwhile.

use std::path::{Path, PathBuf};
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

    /// True when the file has changed since the token was taken from it. Reads none of it.
    #[must_use]
    pub fn is_new(&self) -> bool {
        let stamp = stamp_of(&self.path);
        stamp.is_some() && stamp != self.known.lock().unwrap_or_else(PoisonError::into_inner).stamp
    }

    /// The token to use now. A file that cannot be read leaves the last one known.
    #[must_use]
    pub fn token(&self) -> SecretString {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = stamp_of(&self.path);
        if stamp.is_some() && stamp != known.stamp {
            match sign_in::read(&self.path) {
                Ok(sign_in) => *known = Known { stamp, token: sign_in.token },
                Err(error) => tracing::warn!(%error, "the sign-in's file could not be read again"),
            }
        }
        known.token.clone()
    }
}

fn stamp_of(path: &Path) -> Option<(SystemTime, u64)> {
    std::fs::metadata(path).ok().and_then(|meta| Some((meta.modified().ok()?, meta.len())))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::api::people::{Me, Role};
    use crate::domain::ids::{DeviceId, PersonId};

    #[test]
    fn a_sign_in_of_another_window_is_new_until_its_token_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let me = Me {
            person: PersonId(1),
            name: "Ana".into(),
            role: Role::Texter,
            organization: "Org".into(),
            campaign: None,
            rehearsal: true,
            waiting: false,
        };
        let signed_in = |cookie: &str| {
            let (device, at) = (DeviceId(uuid::Uuid::nil()), jiff::Timestamp::UNIX_EPOCH);
            SignIn::at_spoke("https://spoke.example.org", cookie.to_owned().into(), me.clone(), device, at)
        };
        let old = signed_in("old");
        let path = sign_in::save(dir.path(), &old).unwrap();
        let file = TokenFile::new(path.clone(), &old);
        assert_eq!(file.token().expose_secret(), "old");
        assert!(!file.is_new());
        sign_in::save(dir.path(), &signed_in("another one")).unwrap();
        assert!(file.is_new());
        assert_eq!(file.token().expose_secret(), "another one");
        assert!(!file.is_new(), "it was taken");
        std::fs::remove_file(path).unwrap();
        assert!(!file.is_new(), "nothing is there to go on with");
    }
}
