//! What is said of a provider whose keys cannot be had: what was asked for, where, why it failed, and what to do.

use serde_json::{Value, json};
use vestibule_auth::jwks::DiscoveryFault;

use crate::keys::{FetchFault, Missed, Unseen};

/// For people, a line each below what it is about.
pub fn in_words(unseen: &Unseen) -> String {
    let mut said = String::new();
    if let Unseen::Missed(Missed { paper, address, .. }) = unseen {
        said.push_str(&format!("  asked         {address} ({paper})\n"));
    }
    said.push_str(&format!("  answer        {unseen}\n  what to do    {}\n", advice(unseen)));
    said
}

/// For programs.
pub fn in_json(unseen: &Unseen) -> Value {
    let mut said = json!({ "fault": unseen.to_string(), "advice": advice(unseen) });
    if let Unseen::Missed(Missed { paper, address, .. }) = unseen {
        said["asked"] = json!({ "document": paper.to_string(), "address": address });
    }
    said
}

/// What an operator can do.
fn advice(unseen: &Unseen) -> &'static str {
    let fault = match unseen {
        Unseen::Nobody(_) => return "mend the realm's keys_ca_file or keys_proxy",
        Unseen::Missed(missed) => &missed.fault,
    };
    match fault {
        FetchFault::Connection(_) => {
            "see whether this machine reaches that address; no proxy is used but the realm's keys_proxy"
        }
        FetchFault::Timeout => {
            "see whether this machine reaches that address, and how fast it answers; keys_timeout is how long is waited"
        }
        FetchFault::Tls(_) => {
            "the certificate there has to be a server's, for the name in the address, and of an authority that this \
             machine believes or that stands in keys_ca_file"
        }
        FetchFault::Status(_) | FetchFault::Redirect(_) => {
            "compare the address with the provider's; another one is given by issuers, discovery_url or jwks_url"
        }
        FetchFault::Discovery(DiscoveryFault::Issuer { .. }) => {
            "if that is your provider, write its issuer into issuers to the letter: a slash at its end counts"
        }
        FetchFault::Discovery(DiscoveryFault::Address(_)) => {
            "have the provider name an https address, or see allow_unencrypted_keys_from_the_network"
        }
        FetchFault::TooLong | FetchFault::Discovery(_) | FetchFault::Document(_) => {
            "see what is at that address: it is not the document that it should be"
        }
        FetchFault::Bug => "please report it, with what the log says",
    }
}
