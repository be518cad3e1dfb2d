//! The feed: server-sent events to [`Event`]s.

use eventsource_stream::{EventStreamError, Eventsource};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use reqwest::Response;

use super::wire::failed;
use crate::api::event::{Event, EventKind};
use crate::api::json_fault;
use crate::client::{Call, CallError};

/// The events of an open feed. Unknown ones are left out; the stream ends with exactly one error.
pub(super) fn events(response: Response) -> BoxStream<'static, Call<Event>> {
    let lines = Box::pin(response.bytes_stream().eventsource());
    stream::unfold(Some(lines), |open| async move {
        let mut lines = open?;
        loop {
            let error = match lines.next().await {
                None => CallError::NoAnswer("the feed ended".to_owned()),
                Some(Err(EventStreamError::Transport(error))) => failed(&error),
                Some(Err(error)) => CallError::Strange(format!("not a feed: {error}")),
                Some(Ok(line)) => match serde_json::from_str::<Event>(&line.data) {
                    Ok(Event { what: EventKind::Unknown, .. }) => continue,
                    Ok(event) => return Some((Ok(event), Some(lines))),
                    Err(error) => CallError::Strange(format!("damaged event: {}", json_fault(&error))),
                },
            };
            return Some((Err(error), None));
        }
    })
    .boxed()
}
