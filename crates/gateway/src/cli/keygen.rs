//! `vestibule keygen`: new keys.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use vestibule_auth::Algorithm;
use vestibule_auth::issue::{GenerateKind, GeneratedKey};

use super::out::{Done, Failure, put};
use super::words::{option, text};

/// The verb.
pub fn command() -> Command {
    let of =
        |name: &'static str, values: &'static [&'static str], default: &'static str, help: &'static str| {
            Arg::new(name).long(name).value_parser(values.to_vec()).default_value(default).help(help)
        };
    Command::new("keygen")
        .about("Makes a key")
        .long_about(
            "Makes a key. Without --out the private key goes to the standard output, and the public one after it. With \
             --out the private key goes to a new file that only its owner can read, and the public one to the standard \
             output. An existing file is never overwritten.",
        )
        .after_help("Exit codes:\n  0  it is done\n  1  it cannot be written\n  2  the command line is wrong")
        .arg(
            Arg::new("kind")
                .required(true)
                .value_parser(["rsa", "ec", "ed25519", "hmac"])
                .help("What kind of key"),
        )
        .arg(of("bits", &["2048", "3072", "4096"], "2048", "The size of an RSA key"))
        .arg(of("curve", &["P-256", "P-384", "P-521"], "P-256", "The curve of an EC key"))
        .arg(of(
            "format",
            &["pem", "jwk", "base64"],
            "pem",
            "How it is written: PEM, a JWK, or the lines PRIVATE_KEY_JWK= and PUBLIC_KEY_JWK= with JWKs in base64",
        ))
        .arg(option("algorithm", "ALG", "The algorithm, as in PS256 [default: the usual one of such a key]"))
        .arg(option("out", "FILE", "A new file for the private key"))
}

/// Makes it.
///
/// # Errors
/// When there can be no such key, or it cannot be written.
pub fn run(matches: &ArgMatches) -> Done<()> {
    let kind = kind(matches)?;
    let algorithm = text(matches, "algorithm")
        .map(|name| Algorithm::from_name(name).ok_or_else(|| format!("{name:?} is no algorithm")))
        .transpose()?;
    let made = GeneratedKey::new(kind, algorithm).map_err(|fault| fault.to_string())?;
    let (private, public) = written(&made, text(matches, "format").unwrap_or_default());
    match text(matches, "out") {
        Some(path) => {
            let failed = |error| Failure::failed(format!("{path}: {error}"));
            write_private(Path::new(path), &private).map_err(failed)?;
        }
        None => put(private)?,
    }
    put(public)
}

/// Size and curve belong to one kind of key each: whoever gives the wrong one wants another key.
fn kind(matches: &ArgMatches) -> Result<GenerateKind, String> {
    let given = |name| text(matches, name).unwrap_or_default();
    for (option, kind) in [("bits", "rsa"), ("curve", "ec")] {
        let is_given = matches.value_source(option) == Some(ValueSource::CommandLine);
        if is_given && given("kind") != kind {
            return Err(format!(
                "--{option} belongs to `vestibule keygen {kind}`, and not to {}",
                given("kind")
            ));
        }
    }
    Ok(match (given("kind"), given("bits"), given("curve")) {
        ("rsa", "4096", _) => GenerateKind::Rsa4096,
        ("rsa", "3072", _) => GenerateKind::Rsa3072,
        ("rsa", ..) => GenerateKind::Rsa2048,
        ("ec", _, "P-521") => GenerateKind::P521,
        ("ec", _, "P-384") => GenerateKind::P384,
        ("ec", ..) => GenerateKind::P256,
        ("ed25519", ..) => GenerateKind::Ed25519,
        _ => GenerateKind::Hmac(rand::random()),
    })
}

/// The private and the public key, each with its line feed. A secret has no public side, and is written as it is where
/// others are written as PEM.
fn written(made: &GeneratedKey, format: &str) -> (String, String) {
    let line = |text: &str| format!("{text}\n");
    let key = made.key();
    match format {
        "jwk" => {
            (line(made.private_jwk().reveal()), key.public_jwk().map(|jwk| line(&jwk)).unwrap_or_default())
        }
        "base64" => (
            format!("PRIVATE_KEY_JWK={}\n", made.base64_private_jwk().reveal()),
            made.base64_public_jwk().map(|jwk| format!("PUBLIC_KEY_JWK={jwk}\n")).unwrap_or_default(),
        ),
        _ => {
            let private = made.private_pem().map(|pem| pem.reveal().to_owned());
            let secret = made.secret().map(|secret| line(secret.reveal()));
            (private.or(secret).unwrap_or_default(), key.public_pem().unwrap_or_default())
        }
    }
}

/// A file that is not whole is taken away again: the next try must not find it in its way.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes()).inspect_err(|_| _ = fs::remove_file(path))
}
