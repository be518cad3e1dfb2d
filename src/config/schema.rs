//! Every setting, with its default. `config.example.toml` says the same in words; a test holds them together.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How this person is called on screens and to captains; empty: asked when joining.
    pub name: String,
    /// Language of the console: `auto` (by the locale), `en`, `es`.
    pub language: String,
    /// Languages in which this person answers voters, with commas between them (`en, es`): who waits for one of them is handed out to
    /// them first. Empty: not said.
    pub speaks: String,
    /// Directory with rules of one's own in the place of those built in (`textbank rules`); empty: those built in.
    pub rules: String,
    /// The consoles.
    pub console: ConsoleConfig,
    /// How servers are reached.
    pub client: ClientConfig,
    /// A campaign server on the network.
    pub serve: ServeConfig,
    /// What the carrier lets through.
    pub carrier: CarrierConfig,
    /// The log file.
    pub log: LogConfig,
    /// Own keys: `[keys.<context>]`, `"<chord>" = "action"`. Checked by the key map.
    pub keys: BTreeMap<String, BTreeMap<String, String>>,
}

/// `[console]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConsoleConfig {
    /// Colours: `dark`, `light`, `high-contrast`, `16-colors` (the terminal's own sixteen), `mono`.
    pub theme: String,
    /// How long a send card must have been on the screen before a press counts, in milliseconds.
    pub dwell_ms: u64,
    /// Without key repeat reports: a press this long after the last event of the same key stands at once, in milliseconds.
    pub key_gap_ms: u64,
    /// Without key repeat reports: a quicker press stands when its key stays silent this long, in milliseconds.
    pub key_silence_ms: u64,
    /// How long a reply may be taken back before it leaves, in seconds; 0: it leaves with its press.
    pub reply_undo_seconds: u64,
    /// The same of a first text.
    pub initial_undo_seconds: u64,
    /// A break is reminded of after so many minutes of work; 0: never.
    pub break_minutes: u64,
    /// Texts that are hard to read are held back from sight until asked for.
    pub hold_abuse: bool,
    /// Replies are shown beside the send card when there is room.
    pub side_pane: bool,
    /// Ring when a reply comes: `never`, `inactive` (only while another window has the focus), `always`.
    pub bell: String,
    /// Show a notification of the terminal when a reply comes, as `bell` has it, where the terminal can.
    pub notify: String,
    /// Notifications name who answered. Never what was written.
    pub notify_names: bool,
    /// Clicks and the wheel come to the console; marking text with the mouse then takes Shift.
    pub mouse: bool,
    /// What would go from the screen by itself stays until a key is pressed.
    pub reduced_motion: bool,
    /// Draw with plain ASCII only.
    pub ascii: bool,
    /// Whole lines instead of a screen: `auto` (where the terminal cannot draw one), `always`, `never`.
    pub plain: String,
    /// Whoever texts for the first time is asked whether they use a screen reader, and is offered the practice.
    pub first_minute: bool,
}

/// `[client]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientConfig {
    /// How long a request may take, in seconds.
    pub timeout_seconds: u64,
    /// How long a connection may take to be made, in seconds.
    pub connect_timeout_seconds: u64,
    /// Where a journal's key is kept: `auto` (the system's keychain where there is one), `file`, `keychain`.
    pub key_store: String,
}

/// `[serve]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServeConfig {
    /// File with the certificate and its chain (PEM); empty: plain HTTP.
    pub tls_cert: String,
    /// File with the certificate's private key (PEM).
    pub tls_key: String,
    /// Proxies that are believed when they say for whom they ask: addresses and blocks, commas between them.
    pub trusted_proxies: String,
    /// Where the database is: `sqlite:FILE`, a file's path or `postgres://...`; empty: a file in the data directory. May hold a
    /// password: it is shown by [`shown`] alone.
    pub database: String,
    /// Where volunteers get the program, for the page that a join link opens: an address (https://...); empty: from whoever
    /// sent the link.
    pub download_url: String,
    /// Open connections at most.
    pub connections: u32,
    /// Open connections of one address at most.
    pub connections_per_address: u32,
    /// Requests of one sign-in in a second; 0: without bound.
    pub requests_per_account: u32,
    /// Requests of one address in a second; 0: without bound.
    pub requests_per_address: u32,
    /// How long the server still answers after it was told to end and said so to probes, in seconds.
    pub drain_seconds: u64,
    /// Where figures for Prometheus are told (`address:port`, `/metrics`); empty: nowhere.
    pub metrics: String,
    /// Captains and above are to have a second factor.
    pub require_second_factor: bool,
    /// How long a proof of the second factor is good, in hours.
    pub second_factor_hours: u32,
    /// Contacts without a first text go back to all when their texter was not seen for so long, in minutes.
    pub unsent_minutes: u32,
    /// Conversations go to another texter when theirs was not seen for so long, in minutes.
    pub reply_minutes: u32,
}

/// `[carrier]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CarrierConfig {
    /// How the sender is registered with the carriers; empty: not said. `none`: nothing is bounded.
    pub registration: String,
    /// Sending numbers that share the work.
    pub numbers: u32,
    /// Segments of one number in a second; 0: as the registration has it.
    pub segments_per_second: u32,
    /// Segments in a minute; 0: as the registration has it.
    pub segments_per_minute: u32,
    /// Segments in a day; 0: as the registration has it.
    pub segments_per_day: u32,
    /// How much of a day first texts leave to replies and notices, in percent.
    pub reserve_percent: u32,
    /// No first texts are handed out while what is queued takes longer, in minutes.
    pub queue_minutes: u32,
}

/// A setting as it may be shown: without the password of an address.
#[must_use]
pub fn shown(key: &str, value: &str) -> String {
    if key != "serve.database" {
        return value.to_owned();
    }
    let Some((scheme, rest)) = value.split_once("://") else {
        // PostgreSQL's other way of writing an address, which is refused; its password is no less one for that.
        let secret = value.to_ascii_lowercase().contains("password");
        return if secret { "\"***\"".to_owned() } else { value.to_owned() };
    };
    // A password may hold anything, and may stand among the settings too.
    let (before, settings) = rest.split_once('?').map_or((rest, None), |(before, settings)| (before, Some(settings)));
    let place = before.rsplit_once('@').map_or(before, |(_, place)| place);
    let user = before.rsplit_once('@').map_or(String::new(), |(who, _)| match who.split_once(':') {
        Some((user, _)) => format!("{user}:***@"),
        None => format!("{who}@"),
    });
    let settings = settings.map_or(String::new(), |settings| {
        let end = if settings.ends_with('"') { "\"" } else { "" };
        let masked = |setting: &str| match setting.split_once('=') {
            Some((name, _)) if name.to_ascii_lowercase().contains("pass") => format!("{name}=***"),
            _ => setting.trim_end_matches('"').to_owned(),
        };
        format!("?{}{end}", settings.split('&').map(masked).collect::<Vec<_>>().join("&"))
    });
    format!("{scheme}://{user}{place}{settings}")
}

/// `[log]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `off`, `error`, `warn`, `info`, `debug`, `trace`.
    pub level: String,
    /// `lines` for people, `json` for programs that gather logs.
    pub format: String,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: String::new(),
            language: "auto".into(),
            speaks: String::new(),
            rules: String::new(),
            console: ConsoleConfig::default(),
            client: ClientConfig::default(),
            serve: ServeConfig::default(),
            carrier: CarrierConfig::default(),
            log: LogConfig::default(),
            keys: BTreeMap::new(),
        }
    }
}

impl Default for ConsoleConfig {
    fn default() -> Self {
        Self {
            theme: "dark".into(),
            dwell_ms: 120,
            key_gap_ms: 1000,
            key_silence_ms: 110,
            reply_undo_seconds: 5,
            initial_undo_seconds: 0,
            break_minutes: 50,
            hold_abuse: false,
            side_pane: true,
            bell: "inactive".into(),
            notify: "inactive".into(),
            notify_names: false,
            mouse: false,
            reduced_motion: false,
            ascii: false,
            plain: "auto".into(),
            first_minute: true,
        }
    }
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self { timeout_seconds: 20, connect_timeout_seconds: 5, key_store: "auto".into() }
    }
}

impl Default for ServeConfig {
    fn default() -> Self {
        Self {
            tls_cert: String::new(),
            tls_key: String::new(),
            trusted_proxies: String::new(),
            database: String::new(),
            download_url: String::new(),
            connections: 4_096,
            connections_per_address: 1_024,
            requests_per_account: 50,
            requests_per_address: 1_000,
            drain_seconds: 0,
            metrics: String::new(),
            require_second_factor: false,
            second_factor_hours: 12,
            unsent_minutes: 15,
            reply_minutes: 60,
        }
    }
}

impl Default for CarrierConfig {
    fn default() -> Self {
        Self {
            registration: String::new(),
            numbers: 1,
            segments_per_second: 0,
            segments_per_minute: 0,
            segments_per_day: 0,
            reserve_percent: 10,
            queue_minutes: 30,
        }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: "info".into(), format: "lines".into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("serve.database", "\"postgres://ann:s3:c@ret@db/bank\"", "\"postgres://ann:***@db/bank\"")]
    #[case(
        "serve.database",
        "\"postgres://ann@/bank?host=/run&password=x@y\"",
        "\"postgres://ann@/bank?host=/run&password=***\""
    )]
    #[case("serve.database", "\"postgres://db/bank?sslmode=require\"", "\"postgres://db/bank?sslmode=require\"")]
    #[case("serve.database", "\"sqlite:/srv/textbank.db\"", "\"sqlite:/srv/textbank.db\"")]
    #[case("serve.database", "\"host=h user=u password=hunter2\"", "\"***\"")]
    #[case("name", "\"a://b:c@d\"", "\"a://b:c@d\"")]
    fn an_address_is_shown_without_its_password(#[case] key: &str, #[case] value: &str, #[case] masked: &str) {
        assert_eq!(shown(key, value), masked);
    }
}
