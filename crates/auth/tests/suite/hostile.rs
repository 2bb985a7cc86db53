//! Tokens that somebody might try. Each is refused by a strict realm for exactly the reason that it was built for,
//! and by a lenient one too, unless the looser contract allows it by name.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm as Signer, EncodingKey};
use serde_json::{Value, json};
use vestibule_auth::{
    Expected, JsonFault, KeyConfig, MAX_JSON_DEPTH, MAX_TOKEN_BYTES, RealmConfig, Reason, Refusal,
};

use crate::support::{
    NOW, SECRET, at, b64, claims_with, claims_without, good_claims, hmac, house, lenient, pem, signed,
    strict, token,
};

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

const SYNTAX: Reason = Reason::Payload(JsonFault::Syntax);
const TWICE: Reason = Reason::Payload(JsonFault::DuplicateName);

/// A name for the failure message, the token, and the reason in a strict realm.
type Attempt = (&'static str, String, Reason);

/// The good token's three segments.
fn good() -> [String; 3] {
    let token = token(&good_claims());
    let segments: Vec<&str> = token.split('.').collect();
    [segments[0].into(), segments[1].into(), segments[2].into()]
}

fn payload(text: &str) -> String {
    signed(HEADER, text)
}

fn header(text: &str) -> String {
    signed(text, good_claims().to_string())
}

/// A payload of the good claims with that text behind its first brace.
fn beginning(text: &str) -> String {
    payload(&good_claims().to_string().replacen('{', &format!("{{{text}"), 1))
}

fn shape() -> Vec<Attempt> {
    let [header, payload, signature] = good();
    vec![
        ("nothing", String::new(), Reason::Segments),
        ("dots alone", "..".into(), Reason::Segments),
        ("no signature", format!("{header}.{payload}."), Reason::Segments),
        ("two segments", format!("{header}.{payload}"), Reason::Segments),
        ("four segments", format!("{header}.{payload}.{signature}.{signature}"), Reason::Segments),
        (
            "five segments, as an encrypted token",
            format!("{header}.a.{payload}.b.{signature}"),
            Reason::Segments,
        ),
        ("a dot at the end", format!("{header}.{payload}.{signature}."), Reason::Segments),
        ("a detached payload", format!("{header}..{signature}"), Reason::Segments),
        ("a scheme in front", format!("Bearer {header}.{payload}.{signature}"), Reason::Encoding),
        ("a space behind", format!("{header}.{payload}.{signature} "), Reason::Encoding),
        ("a line end behind", format!("{header}.{payload}.{signature}\n"), Reason::Encoding),
        ("a NUL behind", format!("{header}.{payload}.{signature}\0"), Reason::Encoding),
        ("the JSON form", r#"{"payload":"x","signature":"y"}"#.into(), Reason::Segments),
        ("too long", format!("{header}.{}.{signature}", "A".repeat(MAX_TOKEN_BYTES)), Reason::TooLong),
    ]
}

fn encoding() -> Vec<Attempt> {
    let [header, payload, signature] = good();
    let claims = claims_with(json!({"name": "??>>ÿÿ"})).to_string();
    let mac = |message: &str| hmac(Signer::HS256, SECRET, message);
    let padded = format!("{}.{payload}", URL_SAFE.encode(HEADER.to_owned() + " "));
    let standard = format!("{header}.{}", STANDARD.encode(&claims).trim_end_matches('='));
    assert!(padded.contains('=') && standard.contains(['+', '/']));
    vec![
        ("padding, rightly signed", format!("{padded}.{}", mac(&padded)), Reason::Encoding),
        ("the other alphabet, rightly signed", format!("{standard}.{}", mac(&standard)), Reason::Encoding),
        ("a padded signature", format!("{header}.{payload}.{signature}="), Reason::Encoding),
        ("a second spelling of the signature", second_spelling(), Reason::Encoding),
        ("a percent sign", format!("{header}.{payload}%3D.{signature}"), Reason::Encoding),
        ("letters beyond ASCII", format!("{header}.{payload}.{signature}é"), Reason::Encoding),
    ]
}

/// The signature with one of its four unused bits set: the same bytes to a careless decoder.
fn second_spelling() -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let [header, payload, mut signature] = good();
    let last = signature.pop().expect("not empty") as u8;
    let value = ALPHABET.iter().position(|byte| *byte == last).expect("base64url");
    signature.push(ALPHABET[value + 1] as char);
    format!("{header}.{payload}.{signature}")
}

fn json_forms() -> Vec<Attempt> {
    let deep = format!("\"x\":{}{},", "[".repeat(MAX_JSON_DEPTH), "]".repeat(MAX_JSON_DEPTH));
    vec![
        ("a payload that is no JSON", payload("sub=42"), SYNTAX),
        ("a payload that is a list", payload("[]"), SYNTAX),
        ("a payload that is a string", payload(r#""42""#), SYNTAX),
        ("a payload that is null", payload("null"), SYNTAX),
        ("two payloads", payload("{}{}"), SYNTAX),
        ("a byte order mark", payload("\u{feff}{}"), SYNTAX),
        ("a comment", payload(r#"{"sub":"42"/**/}"#), SYNTAX),
        ("a comma too many", payload(r#"{"sub":"42",}"#), SYNTAX),
        ("NaN", beginning(r#""x":NaN,"#), SYNTAX),
        ("a number beyond all numbers, nested", beginning(r#""x":[1e999],"#), SYNTAX),
        ("a lone surrogate", beginning(r#""x":"\ud800","#), SYNTAX),
        (
            "bytes that are not UTF-8",
            signed(HEADER, b"{\"sub\":\"\xff\"}"),
            Reason::Payload(JsonFault::Encoding),
        ),
        ("a claim twice", beginning(r#""sub":"admin","#), TWICE),
        ("a claim twice, once escaped", beginning(r#""\u0073ub":"admin","#), TWICE),
        ("a name twice, nested", beginning(r#""x":{"a":1,"a":2},"#), TWICE),
        ("nested too deep", beginning(&deep), Reason::Payload(JsonFault::TooDeep)),
        ("alg twice", header(r#"{"alg":"none","alg":"HS256"}"#), Reason::Header(JsonFault::DuplicateName)),
        ("a header that is a list", header("[]"), Reason::Header(JsonFault::Syntax)),
    ]
}

fn headers() -> Vec<Attempt> {
    let forbidden = Reason::HeaderForbidden;
    vec![
        ("no alg", header(r#"{"typ":"JWT"}"#), Reason::HeaderType("alg")),
        ("alg null", header(r#"{"alg":null}"#), Reason::HeaderType("alg")),
        ("alg a list", header(r#"{"alg":["HS256"]}"#), Reason::HeaderType("alg")),
        ("alg none", header(r#"{"alg":"none"}"#), Reason::Algorithm),
        ("alg nOnE", header(r#"{"alg":"nOnE"}"#), Reason::Algorithm),
        ("alg in lower case", header(r#"{"alg":"hs256"}"#), Reason::Algorithm),
        ("alg of an encryption", header(r#"{"alg":"dir","enc":"A256GCM"}"#), Reason::Algorithm),
        ("an empty crit", header(r#"{"alg":"HS256","crit":[]}"#), forbidden("crit")),
        ("a crit", header(r#"{"alg":"HS256","crit":["exp"],"exp":1}"#), forbidden("crit")),
        ("an unencoded payload", header(r#"{"alg":"HS256","b64":false}"#), forbidden("b64")),
        ("a compressed payload", header(r#"{"alg":"HS256","zip":"DEF"}"#), forbidden("zip")),
        ("an encrypted payload", header(r#"{"alg":"HS256","enc":"A128GCM"}"#), forbidden("enc")),
        ("a token in a token", header(r#"{"alg":"HS256","cty":"JWT"}"#), forbidden("cty")),
        ("another kind of token", header(r#"{"alg":"HS256","typ":"dpop+jwt"}"#), Reason::TokenType),
        ("typ a number", header(r#"{"alg":"HS256","typ":1}"#), Reason::HeaderType("typ")),
        ("kid a number", header(r#"{"alg":"HS256","kid":1}"#), Reason::HeaderType("kid")),
        ("kid an object", header(r#"{"alg":"HS256","kid":{"$ne":""}}"#), Reason::HeaderType("kid")),
    ]
}

fn keys() -> Vec<Attempt> {
    let [header, payload, signature] = good();
    let with = |alg: &str| format!("{}.{payload}", b64(format!(r#"{{"alg":"{alg}"}}"#)));
    let mac =
        |alg: &str, signer, secret: &str| format!("{0}.{1}", with(alg), hmac(signer, secret, &with(alg)));
    let rsa = EncodingKey::from_rsa_pem(pem!("rsa.pem").as_bytes()).expect("an RSA key");
    let rs256 =
        jsonwebtoken::crypto::sign(with("RS256").as_bytes(), &rsa, Signer::RS256).expect("the key signs");
    let own_key = r#"{"alg":"HS256","jwk":{"kty":"oct","k":"bWluZQ"},"jku":"https://me.example"}"#;
    let own_key = format!("{}.{payload}", b64(own_key));
    vec![
        ("another secret", mac("HS256", Signer::HS256, "another secret"), Reason::Signature),
        ("no secret at all", mac("HS256", Signer::HS256, ""), Reason::Signature),
        (
            "a key of its own",
            format!("{own_key}.{}", hmac(Signer::HS256, "mine", &own_key)),
            Reason::Signature,
        ),
        ("half a MAC", format!("{header}.{payload}.{}", &signature[..20]), Reason::Signature),
        ("a MAC and more", format!("{header}.{payload}.{signature}AAAA"), Reason::Signature),
        ("a longer MAC under the shorter name", mac("HS256", Signer::HS512, SECRET), Reason::Signature),
        ("an RSA signature", format!("{}.{rs256}", with("RS256")), Reason::Algorithm),
        ("an RSA signature as HS256", format!("{}.{rs256}", with("HS256")), Reason::Signature),
        ("the secret under RS256", mac("RS256", Signer::HS256, SECRET), Reason::Algorithm),
        ("an ECDSA signature of zeros", format!("{}.{}", with("ES256"), b64([0; 64])), Reason::Signature),
        ("an ECDSA signature in DER", in_der(), Reason::Signature),
        ("half an ECDSA signature", half_signed(), Reason::Signature),
        ("the public key as a secret", mac("HS256", Signer::HS256, pem!("p256.pub.pem")), Reason::Signature),
        ("the payload of another token", swapped(), Reason::Signature),
    ]
}

/// A token that every realm of this file takes, signed by its public key's other half: the message and the signature.
fn signed_by_pair() -> (String, Vec<u8>) {
    let claims = ours(good_claims()).to_string();
    let message = format!("{}.{}", b64(r#"{"alg":"ES256"}"#), b64(claims));
    let key = EncodingKey::from_ec_pem(pem!("p256.pem").as_bytes()).expect("a P-256 key");
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Signer::ES256).expect("it signs");
    (message, URL_SAFE_NO_PAD.decode(signature).expect("base64url"))
}

/// The same signature as other formats than JWS carry it.
fn in_der() -> String {
    let (message, signature) = signed_by_pair();
    let integer = |bytes: &[u8]| {
        let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
        // A first bit that is set would make it negative.
        let padding: &[u8] = if digits[0] & 0x80 == 0 { &[] } else { &[0] };
        [&[0x02, (padding.len() + digits.len()) as u8], padding, digits].concat()
    };
    let (r, s) = signature.split_at(32);
    let both = [integer(r), integer(s)].concat();
    format!("{message}.{}", b64([&[0x30, both.len() as u8], both.as_slice()].concat()))
}

fn half_signed() -> String {
    let (message, signature) = signed_by_pair();
    format!("{message}.{}", b64(&signature[..32]))
}

fn swapped() -> String {
    let [header, _, signature] = good();
    format!("{header}.{}.{signature}", b64(claims_with(json!({"sub": "admin"})).to_string()))
}

/// The claims as claims of our issuer, for us.
fn ours(mut claims: Value) -> Value {
    claims["iss"] = json!("us");
    claims["aud"] = json!("us");
    claims
}

fn claims() -> Vec<Attempt> {
    let with = |changes| token(&claims_with(changes));
    vec![
        ("exp a string", with(json!({"exp": at(60).to_string()})), Reason::ClaimType("exp")),
        ("exp a list", with(json!({"exp": [at(60)]})), Reason::ClaimType("exp")),
        ("exp true", with(json!({"exp": true})), Reason::ClaimType("exp")),
        ("exp beyond all clocks", with(json!({"exp": 1e300})), Reason::ClaimValue("exp")),
        ("exp above i64", with(json!({"exp": u64::MAX})), Reason::ClaimValue("exp")),
        ("nbf a string", with(json!({"nbf": "0"})), Reason::ClaimType("nbf")),
        ("iat a string", with(json!({"iat": "0"})), Reason::ClaimType("iat")),
        ("jti a number", with(json!({"jti": 1})), Reason::ClaimType("jti")),
        ("sub a number", with(json!({"sub": 42})), Reason::ClaimType("sub")),
        ("sub a list", with(json!({"sub": ["42"]})), Reason::ClaimType("sub")),
        ("iss a list", with(json!({"iss": ["us"]})), Reason::ClaimType("iss")),
        ("another issuer", with(json!({"iss": "us.evil.example"})), Reason::Issuer),
        ("no issuer", token(&good_claims()), Reason::Issuer),
        ("aud an object", with(json!({"iss": "us", "aud": {"us": 1}})), Reason::ClaimType("aud")),
        ("a mixed aud", with(json!({"iss": "us", "aud": ["us", 1]})), Reason::ClaimType("aud")),
        ("another audience", with(json!({"iss": "us", "aud": ["us.example"]})), Reason::Audience),
        ("no audience", with(json!({"iss": "us"})), Reason::Audience),
        (
            "a subscription token",
            with(json!({"iss": "us", "aud": "us", "channel": "x"})),
            Reason::ChannelInConnectionToken,
        ),
    ]
}

/// What Centrifugo's contract allows, and a strict realm does not.
fn loose() -> Vec<Attempt> {
    let with = |changes| token(&ours(claims_with(changes)));
    let hs512 = format!("{}.{}", b64(r#"{"alg":"HS512"}"#), b64(ours(good_claims()).to_string()));
    vec![
        ("no exp", token(&ours(claims_without("exp"))), Reason::ClaimMissing("exp")),
        ("exp null", with(json!({"exp": null})), Reason::ClaimType("exp")),
        ("exp in milliseconds", with(json!({"exp": at(60) * 1000})), Reason::Lifetime),
        ("nbf null", with(json!({"nbf": null})), Reason::ClaimType("nbf")),
        ("no sub", token(&ours(claims_without("sub"))), Reason::AnonymousToken),
        ("an empty sub", with(json!({"sub": ""})), Reason::AnonymousToken),
        ("a sub with a line end", with(json!({"sub": "42\n"})), Reason::ClaimValue("sub")),
        ("a sub of 300 bytes", with(json!({"sub": "x".repeat(300)})), Reason::ClaimValue("sub")),
        ("iat in the future", with(json!({"iat": at(60)})), Reason::IssuedInFuture),
        ("HS512", format!("{hs512}.{}", hmac(Signer::HS512, SECRET, &hs512)), Reason::Algorithm),
    ]
}

/// A realm that has a secret and a public key, one issuer and one audience.
fn guarded(realm: RealmConfig) -> RealmConfig {
    let realm = realm.with_key(KeyConfig::public_key(pem!("p256.pub.pem")));
    RealmConfig { issuer: Expected::exactly("us"), audience: Expected::exactly("us"), ..realm }
}

fn attempts() -> Vec<Attempt> {
    [shape(), encoding(), json_forms(), headers(), keys(), claims()].concat()
}

#[test]
fn a_strict_realm_refuses_each_attempt_for_its_own_reason() {
    // Where tokens may not speak about channels, there are no subscription tokens to take for another.
    let house = house(RealmConfig { gateway_claims: Some(true), ..guarded(strict()) });
    for (name, token, reason) in [attempts(), loose()].concat() {
        assert_eq!(house.connection(&token, NOW), Err(Refusal::from(reason)), "{name}");
    }
}

#[test]
fn a_lenient_realm_refuses_them_too_and_for_the_same_reasons() {
    let house = house(guarded(lenient()));
    for (name, token, reason) in attempts() {
        assert_eq!(house.connection(&token, NOW), Err(Refusal::from(reason)), "{name}");
    }
}

#[test]
fn a_lenient_realm_accepts_what_its_contract_allows() {
    let house = house(guarded(lenient()));
    for (name, token, _) in loose() {
        assert!(house.connection(&token, NOW).is_ok(), "{name}");
    }
}

#[test]
fn subscriptions_are_guarded_by_the_same_checks() {
    let house = house(guarded(lenient()));
    for (name, token, reason) in attempts() {
        if reason == Reason::ChannelInConnectionToken {
            assert!(house.subscription(&token, NOW).is_ok(), "{name}");
        } else {
            assert_eq!(house.subscription(&token, NOW), Err(Refusal::from(reason)), "{name}");
        }
    }
}

#[test]
fn a_token_is_good_in_its_time_alone_but_for_what_clocks_may_differ_by() {
    let outside = [("exp", at(-30), Reason::Expired), ("nbf", at(31), Reason::NotYetValid)];
    for (claim, time, reason) in outside {
        let of_time = |time: i64| token(&ours(claims_with(json!({ claim: time }))));
        for realm in [strict(), lenient()] {
            let refusal = house(guarded(realm)).connection(&of_time(time), NOW).expect_err(claim);
            assert_eq!(refusal, Refusal::from(reason.clone()), "{claim}");
        }
        let nearer = time + (NOW.0 - time).signum();
        assert!(house(guarded(strict())).connection(&of_time(nearer), NOW).is_ok(), "{claim}");
    }
}

#[test]
fn the_hostile_set_is_not_a_set_of_typing_errors() {
    let house = house(guarded(strict()));
    let claims = claims_with(json!({"iss": "us", "aud": ["them", "us"]}));
    assert!(house.connection(&token(&claims), NOW).is_ok());
    let (message, signature) = signed_by_pair();
    assert!(house.connection(&format!("{message}.{}", b64(signature)), NOW).is_ok());
}
