//! The carrier and its voters: whatever is handed to it is taken at once, and what voters write is handed in signed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::{Json, Router, routing::post};
use textbank::domain::phone::Phone;
use textbank::server::carrier::loopback::{CallBody, Callback, NAME, SIGNATURE, Secret, TIMESTAMP, Taken};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::feeds::{MARK, Replies};
use crate::line::Line;

/// What server and carrier share.
pub const SECRET: &str = "the carrier's and the server's, for a bench";
/// Lines on which the carrier hands in what voters write.
const LINES: usize = 8;

/// A carrier that takes everything.
pub fn carrier() -> Router {
    async fn take(Json(call): Json<CallBody>) -> Json<Taken> {
        Json(Taken { carrier_id: call.attempt.to_string() })
    }
    Router::new().route("/messages", post(take))
}

/// Voters write, one after the other at this distance, from `begin` on.
pub async fn write(
    server: SocketAddr,
    voters: Vec<Phone>,
    begin: Instant,
    distance: Duration,
    replies: &Arc<Replies>,
) -> anyhow::Result<JoinSet<anyhow::Result<()>>> {
    let mut lines = JoinSet::new();
    let mut shares = vec![Vec::new(); LINES];
    for (number, voter) in voters.into_iter().enumerate() {
        shares[number % LINES].push((number, voter));
    }
    for share in shares {
        let (mut line, replies) = (Line::to(server).await?, replies.clone());
        lines.spawn(async move {
            let secret = Secret::new(SECRET)?;
            for (number, from) in share {
                sleep_until(begin + distance * u32::try_from(number)?).await;
                let event = Callback::Inbound {
                    key: format!("reply-{number}"),
                    from,
                    body: format!("{MARK}{number}"),
                    pictures: 0,
                };
                let request = request(&secret, &event)?;
                replies.say(number);
                line.ask(&request, "204").await.context("a voter's text")?;
            }
            Ok(())
        });
    }
    Ok(lines)
}

fn request(secret: &Secret, event: &Callback) -> anyhow::Result<Vec<u8>> {
    let body = serde_json::to_string(event)?;
    let now = jiff::Timestamp::now().as_second();
    let signature = secret.sign(now, body.as_bytes());
    Ok(format!(
        "POST /webhooks/{NAME} HTTP/1.1\r\nhost: 127.0.0.1\r\n{TIMESTAMP}: {now}\r\n{SIGNATURE}: {signature}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes())
}
