//! Join links: `http://host:port/join#SECRET`. The secret is behind the `#`, so that no proxy or log sees it.

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

/// A join link, taken apart.
#[derive(Debug, Clone)]
pub struct JoinLink {
    /// Where the server is.
    pub base_url: String,
    /// The invite's secret.
    pub secret: SecretString,
}

/// Why a link is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not an address.
    #[error("this is not a join link; it looks like https://host/join#SECRET, and all of it is needed")]
    NotALink,
    /// Nothing stands behind the `#`.
    #[error("the join link has lost its secret, the part after `#`; put the whole link in quotes")]
    NoSecret,
}

impl JoinLink {
    /// The link for a server and a secret.
    #[must_use]
    pub fn new(base_url: &str, secret: SecretString) -> Self {
        Self { base_url: base_url.trim_end_matches('/').to_owned(), secret }
    }

    /// Takes a link apart.
    ///
    /// # Errors
    /// [`LinkError`]
    pub fn parse(text: &str) -> Result<Self, LinkError> {
        let mut url = Url::parse(text.trim()).map_err(|_not_a_url| LinkError::NotALink)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(LinkError::NotALink);
        }
        let prefix = url.path().strip_suffix("/join").ok_or(LinkError::NotALink)?.to_owned();
        let secret = url.fragment().filter(|secret| !secret.is_empty()).ok_or(LinkError::NoSecret)?;
        let secret = SecretString::from(secret.to_owned());
        url.set_fragment(None);
        url.set_query(None);
        url.set_path(&prefix);
        Ok(Self { base_url: url.as_str().trim_end_matches('/').to_owned(), secret })
    }

    /// The link as text, secret and all: for showing once to the one who made it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{}/join#{}", self.base_url, self.secret.expose_secret())
    }

    /// True when the link leads over a network without encryption.
    #[must_use]
    pub fn is_in_the_clear(&self) -> bool {
        Url::parse(&self.base_url).is_ok_and(|url| {
            let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
            let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
            url.scheme() == "http" && !here
        })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("http://127.0.0.1:8787/join#abc", "http://127.0.0.1:8787")]
    #[case(" https://text.example.org/join#abc\n", "https://text.example.org")]
    #[case("https://example.org/tb/join#abc", "https://example.org/tb")]
    #[case("http://[::1]:9/join#abc", "http://[::1]:9")]
    fn a_link_comes_apart_and_together(#[case] text: &str, #[case] base: &str) {
        let link = JoinLink::parse(text).expect("a link");
        assert_eq!(link.base_url, base);
        assert_eq!(link.secret.expose_secret(), "abc");
        assert_eq!(JoinLink::new(base, "abc".to_owned().into()).reveal(), text.trim());
    }

    #[rstest]
    #[case("", LinkError::NotALink)]
    #[case("join", LinkError::NotALink)]
    #[case("ftp://host/join#abc", LinkError::NotALink)]
    #[case("http://host/#abc", LinkError::NotALink)]
    #[case("http://host/join", LinkError::NoSecret)]
    #[case("http://host/join#", LinkError::NoSecret)]
    fn what_is_no_link_is_refused(#[case] text: &str, #[case] error: LinkError) {
        assert_eq!(JoinLink::parse(text).map(|link| link.base_url), Err(error));
    }

    #[rstest]
    #[case("http://127.0.0.1:1/join#a", false)]
    #[case("http://[::1]:1/join#a", false)]
    #[case("http://localhost/join#a", false)]
    #[case("https://example.org/join#a", false)]
    #[case("http://192.168.1.5:8787/join#a", true)]
    fn the_clear_is_told(#[case] text: &str, #[case] clear: bool) {
        assert_eq!(JoinLink::parse(text).expect("a link").is_in_the_clear(), clear);
    }

    #[test]
    fn debug_hides_the_secret() {
        let link = JoinLink::parse("http://host/join#topsecret").expect("a link");
        assert!(!format!("{link:?}").contains("topsecret"));
    }
}
