//! Private keys as JSON (RFC 7517, RFC 7518, RFC 8037), in and out.

use aws_lc_rs::encoding::{AsBigEndian, AsDer, Curve25519SeedBin, EcPrivateKeyBin, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::pair::curve;
use super::{Pair, SigningKey, SigningKeyFault, der};
use crate::key::jwk::{member, number};
use crate::key::{Numbers, PublicKey};
use crate::token::Object;
use crate::{Algorithm, JwkFault};

/// The names of an RSA key's private numbers, in the order of PKCS#1.
const RSA: [&str; 6] = ["d", "p", "q", "dp", "dq", "qi"];

/// Reads a private JWK. What it says about its algorithm holds unless another one is asked for.
pub(super) fn read(text: &str, algorithm: Option<Algorithm>) -> Result<SigningKey, SigningKeyFault> {
    let object =
        Object::read(text.as_bytes()).map_err(|fault| SigningKeyFault::Jwk(JwkFault::Json(fault)))?;
    let said = member(&object, "alg").map_err(SigningKeyFault::Jwk)?;
    let said = said.map(|name| Algorithm::from_name(&name).ok_or(JwkFault::Algorithm)).transpose();
    let algorithm = algorithm.or(said.map_err(SigningKeyFault::Jwk)?);
    let kid = member(&object, "kid").map_err(SigningKeyFault::Jwk)?;
    let kid = kid.filter(|kid| !kid.is_empty()).map(|kid| Box::from(&*kid));
    let number = |name| number(&object, name).map_err(SigningKeyFault::Jwk);
    if member(&object, "kty").map_err(SigningKeyFault::Jwk)?.as_deref() == Some("oct") {
        let key = SigningKey::of_secret(&number("k")?, algorithm)?;
        return Ok(match kid {
            Some(kid) => key.named(&kid),
            None => key,
        });
    }
    if object.get("d").is_none() {
        let is_public = PublicKey::from_jwk(&object).is_ok();
        return Err(if is_public {
            SigningKeyFault::Public
        } else {
            SigningKeyFault::Jwk(JwkFault::Missing("d"))
        });
    }
    let public = PublicKey::from_jwk(&object).map_err(SigningKeyFault::Jwk)?;
    let pair = match public.numbers() {
        Numbers::Rsa { n, e } => {
            let [d, p, q, dp, dq, qi] = RSA.map(number);
            let (p, q, d) = (p?, q?, d?);
            let public_key = PublicKeyComponents { n, e };
            let parts = KeyPairComponents { public_key, d, p, q, dP: dp?, dQ: dq?, qInv: qi? };
            RsaKeyPair::from_components(&parts).map(|pair| Pair::Rsa(Box::new(pair)))
        }
        Numbers::Ec { x, y } => {
            let point = [&[0x04][..], &x, &y].concat();
            let curve = curve(public.kind()).ok_or(SigningKeyFault::Unsupported)?;
            EcdsaKeyPair::from_private_key_and_public_key(curve, &number("d")?, &point)
                .map(|pair| Pair::Ec(Box::new(pair)))
        }
        Numbers::Ed25519 { x } => Ed25519KeyPair::from_seed_and_public_key(&number("d")?, &x)
            .map(|pair| Pair::Ed25519(Box::new(pair))),
    };
    SigningKey::of_pair(pair.map_err(|_| SigningKeyFault::Mismatch)?, algorithm, kid)
}

/// The private members, by name; `None` for a secret, whose text nobody keeps.
pub(in crate::issue) fn members(pair: &Pair) -> Option<Vec<(&'static str, String)>> {
    let written = |number: &[u8]| URL_SAFE_NO_PAD.encode(number);
    match pair {
        Pair::Secret(_) => None,
        Pair::Rsa(pair) => {
            let pkcs8: Pkcs8V1Der<'_> = pair.as_der().ok()?;
            let [_, _, private @ ..] = der::rsa_numbers(pkcs8.as_ref())?;
            Some(RSA.into_iter().zip(private.iter().map(|number| written(number))).collect())
        }
        Pair::Ec(pair) => {
            let d: EcPrivateKeyBin<'_> = pair.private_key().as_be_bytes().ok()?;
            Some(vec![("d", written(d.as_ref()))])
        }
        Pair::Ed25519(pair) => {
            let seed: Curve25519SeedBin<'_> = pair.seed().ok()?.as_be_bytes().ok()?;
            Some(vec![("d", written(seed.as_ref()))])
        }
    }
}
