"""Tokens for the tests, signed with the secret of server.json."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = "conformance-secret"


def token(*, secret: str = SECRET, **claims: Any) -> str:
    """An HS256 token with these claims."""
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64url(signature)}"


def in_seconds(seconds: int) -> int:
    """The time that lies so many seconds from now, in Unix seconds."""
    return int(time.time()) + seconds


def _part(value: dict[str, Any]) -> str:
    return _base64url(json.dumps(value).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
