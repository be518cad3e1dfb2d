//! The second factor of captains and above.

use reqwest::Method;

use super::NativeServer;
use crate::api::second_factor::{SecondFactor, SecondFactorCode, SetSecondFactor};
use crate::client::Call;
use crate::domain::second_factor::{OneTimeCode, Secret};

impl NativeServer {
    /// How it stands for this sign-in.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn second_factor(&self) -> Call<SecondFactor> {
        self.wire.get("second-factor").await
    }

    /// Sets it: a fresh secret that the phone has, and a code of it.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn set_second_factor(&self, secret: &Secret, code: OneTimeCode) -> Call<SecondFactor> {
        let wanted = SetSecondFactor { secret: secret.base32(), code: code.digits() };
        self.wire.with_body(Method::PUT, "second-factor", &wanted).await
    }

    /// Proves it for this sign-in.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn prove_second_factor(&self, code: OneTimeCode) -> Call<SecondFactor> {
        self.wire.with_body(Method::POST, "second-factor/proof", &SecondFactorCode { code: code.digits() }).await
    }

    /// Removes the own one.
    ///
    /// # Errors
    /// [`crate::client::CallError`]
    pub async fn remove_second_factor(&self, code: OneTimeCode) -> Call<SecondFactor> {
        self.wire.with_body(Method::POST, "second-factor/removal", &SecondFactorCode { code: code.digits() }).await
    }
}
