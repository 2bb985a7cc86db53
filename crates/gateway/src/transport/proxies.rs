//! From where somebody comes, when proxies stand in between.

use std::net::IpAddr;
use std::sync::{Arc, Once};

/// Proxies that are believed when they say for whom they ask (`X-Forwarded-For`). By default there are none, and none is
/// missed.
#[derive(Clone, Debug, Default)]
pub struct Proxies {
    networks: Vec<(IpAddr, u32)>,
    /// Done when one that is not believed has named somebody: the operator hears of it once.
    unknown: Option<Arc<Once>>,
}

impl Proxies {
    /// Proxies of these addresses, or networks as in `10.0.0.0/8`.
    ///
    /// # Errors
    /// The one that is neither.
    pub fn new(written: &[String]) -> Result<Self, String> {
        let networks = written.iter().map(|text| network(text).ok_or_else(|| text.clone()));
        Ok(Self { networks: networks.collect::<Result<_, _>>()?, unknown: Some(Arc::new(Once::new())) })
    }

    /// Who asks: the peer, unless it is believed. Then the last one that it names, unless that one is believed too, and
    /// so on. Whatever stands before the first stranger, he may have written himself.
    pub fn client<'a>(&self, peer: IpAddr, forwarded: impl DoubleEndedIterator<Item = &'a [u8]>) -> IpAddr {
        let mut client = peer.to_canonical();
        let named = forwarded.rev().flat_map(|value| value.rsplit(|byte| *byte == b','));
        for text in named {
            if !self.believes(client) {
                if client == peer.to_canonical() {
                    self.tell_of(client);
                }
                break;
            }
            let Some(before) = std::str::from_utf8(text).ok().and_then(|text| address(text.trim())) else {
                break;
            };
            client = before;
        }
        client
    }

    /// A proxy that was forgotten makes one caller of all that it leads here.
    fn tell_of(&self, stranger: IpAddr) {
        let Some(unknown) = &self.unknown else { return };
        unknown.call_once(|| {
            tracing::warn!(
                "{stranger} sends X-Forwarded-For and is not in listen.trusted_proxies: whoever comes through it counts as \
                 coming from there; this is said once"
            );
        });
    }

    fn believes(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|(network, bits)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                shares(network.to_bits().into(), address.to_bits().into(), 32, *bits)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                shares(network.to_bits(), address.to_bits(), 128, *bits)
            }
            _ => false,
        })
    }
}

/// Whether the first `bits` of `width` are the same.
fn shares(one: u128, other: u128, width: u32, bits: u32) -> bool {
    (one ^ other).checked_shr(width - bits).unwrap_or(0) == 0
}

fn network(text: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(width);
    (bits <= width).then_some((address, bits))
}

/// An address, which may have a port.
fn address(text: &str) -> Option<IpAddr> {
    let socket = || text.parse::<std::net::SocketAddr>().map(|socket| socket.ip());
    text.parse().or_else(|_| socket()).ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies: Vec<_> = proxies.iter().map(ToString::to_string).collect();
        let proxies = Proxies::new(&proxies).unwrap();
        let forwarded = forwarded.iter().map(|text| text.as_bytes());
        proxies.client(peer.parse().unwrap(), forwarded).to_string()
    }

    #[test]
    fn a_stranger_is_who_he_is_whatever_he_says() {
        assert_eq!(client(&[], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
        assert_eq!(client(&["10.0.0.0/8"], "192.0.2.1", &["198.51.100.7"]), "192.0.2.1");
    }

    #[test]
    fn a_proxy_is_believed_about_the_one_before_it_and_no_further() {
        let chain = ["6.6.6.6, 198.51.100.7", "10.1.1.1"];
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &chain), "198.51.100.7");
        assert_eq!(client(&["10.0.0.1"], "10.0.0.1", &chain), "10.1.1.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(client(&["10.0.0.0/8"], "10.0.0.1", &["unknown"]), "10.0.0.1");
        assert_eq!(client(&["fd00::/8"], "fd00::1", &["[2001:db8::1]:443"]), "2001:db8::1");
        assert_eq!(client(&["127.0.0.1"], "::ffff:127.0.0.1", &["198.51.100.7:80"]), "198.51.100.7");
    }

    #[test]
    fn what_is_no_network_is_named() {
        for text in ["10.0.0.0/33", "proxy.example", "10.0.0.0/", "::/129"] {
            assert_eq!(Proxies::new(&[text.to_owned()]).unwrap_err(), text);
        }
        assert_eq!(client(&["0.0.0.0/0"], "10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
    }
}
