//! Feeds as consoles read them, as cheaply as can be, and when each reply of a voter came out of one.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use textbank::domain::ids::CampaignId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// In every reply, before its number.
pub const MARK: &str = "I will be there, no. ";

/// When each reply was handed in by the carrier, and when its texter's console was told of it.
#[derive(Debug)]
pub struct Replies {
    said: Vec<OnceLock<Instant>>,
    heard: Vec<OnceLock<Instant>>,
}

impl Replies {
    pub fn new(many: usize) -> Self {
        let none = || (0..many).map(|_| OnceLock::new()).collect();
        Self { said: none(), heard: none() }
    }

    /// The carrier hands it in now.
    pub fn say(&self, number: usize) {
        if let Some(said) = self.said.get(number) {
            let _ = said.set(Instant::now());
        }
    }

    /// True when every one was told to a console.
    pub fn all_heard(&self) -> bool {
        self.heard.iter().all(|heard| heard.get().is_some())
    }

    /// How long each took; fewer than there are when some never came.
    pub fn times(&self) -> Vec<Duration> {
        self.said.iter().zip(&self.heard).filter_map(|(said, heard)| Some(*heard.get()? - *said.get()?)).collect()
    }

    /// A line of a feed came; it is told of more than once, which is no news.
    fn line(&self, line: &[u8]) {
        let Ok(line) = std::str::from_utf8(line) else { return };
        let Some((_, after)) = line.split_once(MARK) else { return };
        let digits = after.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        if let Some(heard) = digits.parse().ok().and_then(|number: usize| self.heard.get(number)) {
            let _ = heard.set(Instant::now());
        }
    }
}

/// Opens a feed for each of these sign-ins, and returns when all stand; they are read until the tasks are dropped.
pub async fn open(
    addr: SocketAddr,
    campaign: CampaignId,
    tokens: impl Iterator<Item = &str>,
    replies: &Arc<Replies>,
) -> anyhow::Result<JoinSet<anyhow::Result<()>>> {
    let mut feeds = JoinSet::new();
    for token in tokens {
        let mut stream = TcpStream::connect(addr).await?;
        let ask = format!(
            "GET /api/v1/campaigns/{campaign}/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n\
             accept: text/event-stream\r\n\r\n"
        );
        stream.write_all(ask.as_bytes()).await?;
        let mut head = [0; 15];
        stream.read_exact(&mut head).await?;
        anyhow::ensure!(head.starts_with(b"HTTP/1.1 200"), "no feed: {}", String::from_utf8_lossy(&head));
        feeds.spawn(read(stream, replies.clone()));
    }
    Ok(feeds)
}

async fn read(mut stream: TcpStream, replies: Arc<Replies>) -> anyhow::Result<()> {
    // Small at rest: there are thousands of them.
    let mut buffer = Vec::with_capacity(2 * 1024);
    loop {
        anyhow::ensure!(stream.read_buf(&mut buffer).await? > 0, "a feed ended");
        let Some(end) = buffer.iter().rposition(|byte| *byte == b'\n') else { continue };
        for line in buffer[..end].split(|byte| *byte == b'\n') {
            replies.line(line);
        }
        buffer.drain(..=end);
    }
}
