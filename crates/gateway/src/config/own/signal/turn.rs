//! The TURN server for which the house makes credentials.

use std::net::Ipv6Addr;

use super::SignalOptions;
use crate::api::Turn;
use crate::config::own::realm::secret;
use crate::config::written::Notes;

pub(super) fn turn(written: &SignalOptions, notes: &mut Notes) -> Option<Turn> {
    let secret = secret("signal", "turn_secret", &written.turn_secret, &written.turn_secret_file, notes);
    let urls = &written.turn_urls;
    let fault = "goes together with turn_secret, or turn_secret_file";
    notes.check(secret.is_some() != urls.is_empty(), "signal.turn_urls", fault);
    for url in urls.iter().filter(|url| !is_ice_url(url)) {
        let fault = format!("{url:?} is no address such as \"turn:relay.example.com:3478?transport=udp\"");
        notes.complain("signal.turn_urls", fault);
    }
    notes.positive(written.turn_lifetime, "signal.turn_lifetime");
    let (_, secret) = secret?;
    Some(Turn { secret, urls: urls.clone(), lifetime: written.turn_lifetime })
}

/// Whether browsers take an address of a STUN or TURN server (RFC 7064, RFC 7065): of one that they do not, no connection
/// at all can be made.
fn is_ice_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let (address, query) =
        rest.split_once('?').map_or((rest, None), |(address, query)| (address, Some(query)));
    let takes_query = match scheme {
        "stun" | "stuns" => query.is_none(),
        "turn" | "turns" => matches!(query, None | Some("transport=udp" | "transport=tcp")),
        _ => false,
    };
    takes_query && is_host_and_port(address)
}

fn is_host_and_port(text: &str) -> bool {
    let (is_host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host.parse::<Ipv6Addr>().is_ok(), port),
        None => {
            let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let of_names = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            (!host.is_empty() && host.bytes().all(of_names), port)
        }
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    is_host && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_browsers_take_are_taken_and_no_others() {
        for good in [
            "turn:relay.example.com",
            "turn:192.0.2.1:3478?transport=udp",
            "turns:relay.example.com:5349?transport=tcp",
            "turn:[2001:db8::1]:3478",
            "stun:[::1]",
            "stuns:relay.example.com:5349",
        ] {
            assert!(is_ice_url(good), "{good}");
        }
        for bad in [
            "http://x",
            "turn",
            "turn:",
            "turn:?transport=udp",
            "turn://relay.example.com",
            "turn:relay.example.com:",
            "turn:relay.example.com:0",
            "turn:relay.example.com:70000",
            "turn:relay.example.com?transport=sctp",
            "turn:user@relay.example.com",
            "turn:[2001:db8::1",
            "turn:2001:db8::1",
            "stun:relay.example.com?transport=udp",
            "relay.example.com:3478",
        ] {
            assert!(!is_ice_url(bad), "{bad}");
        }
    }
}
