"""The demo issuer's own files, each 0600, in `<data dir>/demo-issuer`, made when first needed."""

import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from ehr.secrets import write_new


def folder(data_dir: Path) -> Path:
    """The folder of these files, only for the user who runs the service."""
    path = data_dir / "demo-issuer"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def signing_key(data_dir: Path) -> rsa.RSAPrivateKey:
    """The key that tokens are signed with (RS256, as Keycloak's default)."""
    path = folder(data_dir) / "signing-key.pem"
    if not path.exists():
        write_new(path, _pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)))
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{path} is not an RSA key")
    return key


def client_key(data_dir: Path, client: str) -> ec.EllipticCurvePrivateKey:
    """The key a demo client signs its assertions with (ES384); `client` is one we know."""
    path = folder(data_dir) / f"client-{client}.pem"
    if not path.exists():
        write_new(path, _pem(ec.generate_private_key(ec.SECP384R1())))
    key = load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{path} is not an EC key")
    return key


def mint_secret(data_dir: Path) -> str:
    """What `ehr token` shows to the running demo to prove that it may read this folder."""
    path = folder(data_dir) / "mint-secret"
    if not path.exists():
        write_new(path, secrets.token_urlsafe(32).encode())
    return path.read_text()


def existing_mint_secret(data_dir: Path) -> str | None:
    """The same, without making anything; None where no demo has run."""
    path = data_dir / "demo-issuer" / "mint-secret"
    return path.read_text() if path.exists() else None


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
