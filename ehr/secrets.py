"""The register of keys: one place, each a file of mode 0600 or an environment value.

| name | for |
|---|---|
| hash | identifiers and tokens in the search index; must never change, also after a restore |
| links | page links of searches |
| sessions | what the browser's login carries |

EHR_KEY_HASH, EHR_KEY_LINKS and EHR_KEY_SESSIONS (64 hexadecimal digits) come before the files, so
that several hosts hold the same keys.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """32 bytes each; never shown in a log, since it has no repr."""

    hash: bytes
    links: bytes
    sessions: bytes


def load(data_dir: Path, environ: Mapping[str, str] | None = None) -> Keys:
    """The keys of this installation, made at the first call; raises ValueError for a bad one."""
    env = os.environ if environ is None else environ
    return Keys(*(_key(name, data_dir, env) for name in ("hash", "links", "sessions")))


def _key(name: str, data_dir: Path, env: Mapping[str, str]) -> bytes:
    given = env.get(f"EHR_KEY_{name.upper()}")
    text = given if given else _from_file(data_dir / "keys" / name)
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key {name!r} must be {2 * KEY_BYTES} hexadecimal digits")
    return key


def write_new(path: Path, content: bytes) -> None:
    """Write a file that appears whole, readable by nobody else, and never replaces another."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first; its file is the one in force
    finally:
        draft.unlink(missing_ok=True)


def _from_file(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        write_new(path, secrets.token_hex(KEY_BYTES).encode())
    return path.read_text().strip()
