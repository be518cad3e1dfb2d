//! Somebody who was signed out signs in again in another window: the console goes on at once.

use std::sync::Arc;
use std::time::Duration;

use super::Ctx;

/// How often a console that is signed out looks for another sign-in. A look at a file's change time: nothing is read, asked or shown.
const LOOK: Duration = Duration::from_secs(2);

/// Looks while the sign-in is ended; sleeps else.
pub(super) async fn watch(ctx: Arc<Ctx>) {
    loop {
        ctx.link.when_signed_out().await;
        ctx.clock.sleep(LOOK).await;
        if ctx.link.is_signed_out() && ctx.server.is_signed_in_again() {
            ctx.retry_now();
        }
    }
}
