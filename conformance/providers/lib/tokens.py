"""Tokens of PyJWT: `tokens.py verify ALG PUBLIC.pem TOKEN` says the claims, `tokens.py mint ALG` a public key and a token."""

import json
import sys
import time
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


def verify(algorithm: str, path: str, token: str) -> None:
    key = Path(path).read_text()
    print(json.dumps(jwt.decode(token, key, algorithms=[algorithm], issuer="house", audience="app")))


def mint(algorithm: str) -> None:
    if algorithm == "EdDSA":
        key = ed25519.Ed25519PrivateKey.generate()
    elif algorithm in CURVES:
        key = ec.generate_private_key(CURVES[algorithm])
    else:
        key = rsa.generate_private_key(65537, 2048)
    now = int(time.time())
    claims = {"iss": "jose", "aud": "app", "sub": "ann", "iat": now, "exp": now + 600}
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    print(json.dumps({"token": jwt.encode(claims, key, algorithm=algorithm), "public": public}))


{"verify": verify, "mint": mint}[sys.argv[1]](*sys.argv[2:])
