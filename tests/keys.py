"""Keys of service accounts, made for a test, and what Google's sign-in answers to them."""

import json
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.stub_server import Answer, as_json

ACCOUNT = "refundsheet@desk.iam.gserviceaccount.com"
GOOGLES_SIGN_IN = "https://oauth2.googleapis.com/token"


@cache
def private_key() -> str:
    """A key of its own for this process, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    ).decode()


def key_file(folder: Path, *, account: str = ACCOUNT, sign_in: str = GOOGLES_SIGN_IN) -> Path:
    """The file Google gives for an account, readable by us alone."""
    path = folder / "key.json"
    content = {
        "type": "service_account",
        "client_email": account,
        "private_key": private_key(),
        "token_uri": sign_in,
    }
    path.write_text(json.dumps(content))
    path.chmod(0o600)
    return path


def signed_in(token: str) -> Answer:
    """The answer of a sign-in that lets somebody in."""
    return as_json({"access_token": token, "expires_in": 3600, "token_type": "Bearer"})
