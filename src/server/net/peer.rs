//! Who is at the other end. Behind a proxy every connection comes from the proxy; it says in a header for whom. Anybody can
//! write such a header, so it counts only when it comes from a proxy that was named.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName};

/// Set by nginx, Caddy and most others; each proxy adds whom it got the request from at the end.
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// The same by RFC 7239.
const FORWARDED: HeaderName = HeaderName::from_static("forwarded");

/// The proxies that are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<Block>);

/// An address, or all that begin with so many equal bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    address: IpAddr,
    bits: u8,
}

/// Not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnAddress {
    /// Something else.
    #[error("`{0}` is neither an address nor a block of addresses; right are 10.0.0.5, 10.0.0.0/8, fd00::/8")]
    Neither(String),
    /// An IPv4 address written as IPv6, with so few bits that it would stand for more than IPv4.
    #[error("`{0}` is an IPv4 address in its IPv6 form, whose block needs 96 bits or more; write it as in 10.0.0.0/8")]
    Mapped(String),
}

impl FromStr for Proxies {
    type Err = NotAnAddress;

    /// Addresses and blocks, commas between them; nothing is nobody.
    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(Block::parse).collect::<Result<Vec<_>, _>>().map(Self)
    }
}

impl Block {
    fn parse(text: &str) -> Result<Self, NotAnAddress> {
        let refuse = || NotAnAddress::Neither(text.to_owned());
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| refuse())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), str::parse::<u8>).map_err(|_| refuse())?;
        if bits > most {
            return Err(refuse());
        }
        match (address, address.to_canonical()) {
            // `::ffff:10.0.0.5`: the last 32 of its 128 bits are the address.
            (IpAddr::V6(_), inner @ IpAddr::V4(_)) => {
                let bits = bits.checked_sub(96).ok_or_else(|| NotAnAddress::Mapped(text.to_owned()))?;
                Ok(Self { address: inner, bits })
            }
            (address, _) => Ok(Self { address, bits }),
        }
    }

    fn holds(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                (own.to_bits() ^ other.to_bits()) & mask == 0
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                (own.to_bits() ^ other.to_bits()) & mask == 0
            }
            _ => false,
        }
    }
}

impl Proxies {
    /// Whether `address` is one of them.
    #[must_use]
    pub fn hold(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|block| block.holds(address))
    }

    /// Who sent a request that came over a connection from `peer`: `peer` itself, or, when that is a proxy, the last in its
    /// header who is none. What stands before that one was written by the caller, and may be anything. Two headers that name
    /// different callers are both not believed: it is `peer` again.
    #[must_use]
    pub fn caller(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if !self.hold(peer.ip()) {
            return peer;
        }
        let by_rfc = headers.contains_key(FORWARDED).then(|| {
            self.last_stranger(
                peer.ip(),
                said(headers, &FORWARDED, |part| {
                    part.split(';').find_map(|pair| {
                        let (name, value) = pair.trim().split_once('=')?;
                        name.trim().eq_ignore_ascii_case("for").then_some(value.trim())
                    })
                }),
            )
        });
        let by_custom = headers
            .contains_key(FORWARDED_FOR)
            .then(|| self.last_stranger(peer.ip(), said(headers, &FORWARDED_FOR, |part| Some(part))));
        let caller = match (by_rfc, by_custom) {
            // Most proxies write one of the two and pass the other on as the caller wrote it, and nobody here knows which one.
            (Some(one), Some(other)) if one != other => peer.ip(),
            _ => by_rfc.or(by_custom).unwrap_or(peer.ip()),
        };
        SocketAddr::new(caller, peer.port())
    }

    /// The last of the hops `said` that is no proxy.
    fn last_stranger(&self, peer: IpAddr, said: Vec<Option<IpAddr>>) -> IpAddr {
        let mut caller = peer;
        for address in said.into_iter().rev() {
            // Hidden, or nonsense: the proxy does not say who; it stands for them.
            let Some(address) = address else { break };
            caller = address;
            if !self.hold(address) {
                break;
            }
        }
        caller
    }
}

/// Every hop that a header names, first to last; none where it is not an address.
fn said(headers: &HeaderMap, name: &HeaderName, hop: impl Fn(&str) -> Option<&str>) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(name).iter();
    lines
        .flat_map(|line| line.to_str().unwrap_or("?").split(','))
        .map(|part| hop(part.trim()).and_then(address))
        .collect()
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `"[2001:db8::1]:80"`
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().ok();
    address.or_else(|| text.parse::<SocketAddr>().ok().map(|with_port| with_port.ip())).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const PEER: &str = "10.0.0.5:4000";

    #[rstest]
    #[case::nobody_is_believed("", &[("x-forwarded-for", "192.0.2.1")], "10.0.0.5")]
    #[case::another_is_not_believed("10.0.0.6", &[("x-forwarded-for", "192.0.2.1")], "10.0.0.5")]
    #[case::the_proxy_is("10.0.0.5", &[("x-forwarded-for", "192.0.2.1")], "192.0.2.1")]
    #[case::a_block("10.0.0.0/8", &[("x-forwarded-for", "192.0.2.1")], "192.0.2.1")]
    #[case::what_the_caller_wrote_is_not("10.0.0.5", &[("x-forwarded-for", "127.0.0.1, 192.0.2.1")], "192.0.2.1")]
    #[case::over_two_lines("10.0.0.5", &[("x-forwarded-for", "127.0.0.1"), ("x-forwarded-for", "192.0.2.1")], "192.0.2.1")]
    #[case::two_proxies("10.0.0.0/8", &[("x-forwarded-for", "8.8.8.8, 192.0.2.1, 10.1.1.1")], "192.0.2.1")]
    #[case::nothing_said("10.0.0.5", &[], "10.0.0.5")]
    #[case::nonsense("10.0.0.5", &[("x-forwarded-for", "192.0.2.1, what")], "10.0.0.5")]
    #[case::hidden("10.0.0.5", &[("forwarded", "for=_hidden")], "10.0.0.5")]
    #[case::by_the_rfc("10.0.0.5", &[("forwarded", "for=8.8.8.8, proto=https;For=\"[2001:db8::7]:99\"")], "2001:db8::7")]
    #[case::both_say_the_same("10.0.0.5", &[("x-forwarded-for", "8.8.8.8, 192.0.2.1"), ("forwarded", "for=192.0.2.1")], "192.0.2.1")]
    #[case::a_forwarded_of_the_callers_own("10.0.0.5", &[("forwarded", "for=8.8.8.8"), ("x-forwarded-for", "192.0.2.1")], "10.0.0.5")]
    #[case::a_forwarded_for_of_the_callers_own("10.0.0.5", &[("x-forwarded-for", "8.8.8.8"), ("forwarded", "for=192.0.2.1")], "10.0.0.5")]
    #[case::one_names_nobody("10.0.0.5", &[("forwarded", "for=_hidden"), ("x-forwarded-for", "192.0.2.1")], "10.0.0.5")]
    #[case::an_old_address_in_a_new_form("10.0.0.5", &[("x-forwarded-for", "::ffff:192.0.2.1")], "192.0.2.1")]
    #[case::all("0.0.0.0/0", &[("x-forwarded-for", "192.0.2.1")], "192.0.2.1")]
    fn who_is_the_caller(#[case] proxies: &str, #[case] lines: &[(&'static str, &str)], #[case] caller: &str) {
        let proxies: Proxies = proxies.parse().expect("addresses");
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().expect("a value"));
        }
        let got = proxies.caller(PEER.parse().expect("an address"), &headers);
        assert_eq!(got.ip().to_string(), caller);
    }

    #[test]
    fn a_proxy_over_a_socket_for_both_kinds_is_known() {
        let proxies: Proxies = "10.0.0.5".parse().expect("an address");
        assert!(proxies.hold("::ffff:10.0.0.5".parse().expect("an address")));
        assert!(!proxies.hold("::ffff:10.0.0.6".parse().expect("an address")));
    }

    #[rstest]
    #[case::one("::ffff:10.0.0.5", "10.0.0.5", "10.0.0.6")]
    #[case::one_with_its_bits("::ffff:10.0.0.5/128", "10.0.0.5", "10.0.0.4")]
    #[case::a_block("::ffff:10.0.0.0/104", "10.255.0.1", "11.0.0.1")]
    #[case::in_hexadecimal("::ffff:a00:5", "::ffff:10.0.0.5", "192.0.2.1")]
    #[case::all_of_ipv4("::ffff:0:0/96", "192.0.2.1", "2001:db8::1")]
    #[case::an_ipv6_block("2001:db8::/32", "2001:db8::1", "10.0.0.5")]
    fn an_ipv4_proxy_in_its_ipv6_form_is_that_one(#[case] proxies: &str, #[case] held: &str, #[case] other: &str) {
        let proxies: Proxies = proxies.parse().expect("addresses");
        assert!(proxies.hold(held.parse().expect("an address")));
        assert!(!proxies.hold(other.parse().expect("an address")));
    }

    #[rstest]
    #[case("::ffff:10.0.0.5/95")]
    #[case("::ffff:10.0.0.5/32")]
    #[case("::ffff:10.0.0.5/0")]
    fn an_ipv6_form_of_more_than_ipv4_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Proxies>(), Err(NotAnAddress::Mapped(text.to_owned())));
    }

    #[rstest]
    #[case("proxy.example")]
    #[case("10.0.0.0/33")]
    #[case("10.0.0.1, x")]
    #[case("10.0.0.0/")]
    fn what_is_no_address_is_refused(#[case] text: &str) {
        assert!(text.parse::<Proxies>().is_err());
    }
}
