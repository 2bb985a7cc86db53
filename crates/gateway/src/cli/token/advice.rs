//! What to do about a token that is not taken.

use vestibule_auth::Reason;

/// What an operator can do. It never repeats a part of the token.
pub fn advice(reason: &Reason) -> &'static str {
    match reason {
        Reason::TooLong => "put less into the token: fewer roles or groups, for example",
        Reason::Segments => "this is no signed token; an access token has three parts between dots",
        Reason::Encoding => "the text was changed on its way: paste it again, without line breaks or padding",
        Reason::Header(_) | Reason::Payload(_) => {
            "whoever made it writes JSON that cannot be trusted; use a library for tokens"
        }
        Reason::HeaderType(_) => "whoever made it has to write this header parameter as RFC 7515 says",
        Reason::HeaderForbidden(_) => "have it issued without this header parameter",
        Reason::TokenType => "take the access token, and not an ID, refresh or logout token",
        Reason::Algorithm => {
            "allow the algorithm in the realm's algorithms, or give the realm a key that serves it"
        }
        Reason::NoKey => {
            "the realm knows no such key: compare kid with `vestibule realm check`, or give the realm the key"
        }
        Reason::NoKid => "have the issuer name its key (kid), or set unnamed_keys",
        Reason::KeysUnavailable => "see `vestibule realm check` for why the keys cannot be fetched",
        Reason::KeyNotAsked => "wait for some seconds: unknown keys are asked for once in keys_cooldown",
        Reason::Signature => "it was signed by another key, or changed since: compare the keys of both sides",
        Reason::ClaimType(_) => {
            "have the issuer write this claim as RFC 7519 says; times are numbers of seconds"
        }
        Reason::ClaimValue(_) => "have the issuer write a possible value",
        Reason::ClaimMissing(_) => "have the issuer add this claim",
        Reason::Issuer => {
            "put the token's iss into the realm's issuers, to the letter: a slash at its end counts"
        }
        Reason::Audience => {
            "have the issuer put this application into aud (an audience mapper), or list what is there in audiences"
        }
        Reason::Required(_) => "have the issuer add this claim, or take it out of required",
        Reason::Forbidden(_) => {
            "this is another kind of token; if it is meant, take the claim out of forbidden"
        }
        Reason::Unequal(_) => "this is a token for something else; if it is meant, list its value in equal",
        Reason::Client => "put the client into the realm's clients, if it may come in here",
        Reason::Lightweight => {
            "switch lightweight access tokens off for this client, or add sub to them by a mapper"
        }
        Reason::AnonymousSignIn => "let the user sign in, or set anonymous_sign_ins",
        Reason::NoOrganisation => "have the user choose an organisation, so that the token names it",
        Reason::Organisation => "put the organisation into the realm's organisations, if it is served here",
        Reason::ChannelInConnectionToken => "this is a subscription token: connect with a connection token",
        Reason::GatewayClaims => "set gateway_claims, if the realm's own backend makes these tokens",
        Reason::Lifetime => "issue it for a shorter time, or raise longest_lifetime",
        Reason::Expired => "get a fresh one",
        Reason::NotYetValid | Reason::IssuedInFuture => {
            "compare the clocks; the realm's leeway, of at most 60s, is how far they may differ"
        }
        Reason::NoToken => "bring a token",
        Reason::AnonymousToken => "have the issuer name the user (sub), or set anonymous_tokens",
    }
}
