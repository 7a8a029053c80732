"""The register of keys."""

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ehr import secrets


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first = secrets.load(tmp_path, {})
    assert secrets.load(tmp_path, {}) == first
    assert len({first.hash, first.links, first.sessions}) == 3
    for file in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_key_appears_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk, pytest.raises(OSError, match="No space"):
        disk.setattr(os, "fsync", full)
        secrets.load(tmp_path, {})
    assert list((tmp_path / "keys").iterdir()) == []
    secrets.load(tmp_path, {})


def test_processes_that_start_together_have_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: secrets.load(tmp_path, {}), range(8)))
    assert all(keys == found[0] for keys in found)


def test_the_environment_comes_first(tmp_path: Path) -> None:
    keys = secrets.load(tmp_path, {"EHR_KEY_HASH": "ab" * 32})
    assert keys.hash == b"\xab" * 32
    assert not (tmp_path / "keys" / "hash").exists()


@pytest.mark.parametrize("text", ["ab", "zz" * 32, "ab" * 31])
def test_a_bad_key_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="'links'"):
        secrets.load(tmp_path, {"EHR_KEY_LINKS": text})


def test_a_key_is_never_shown(tmp_path: Path) -> None:
    keys = secrets.load(tmp_path, {})
    assert keys.hash.hex() not in f"{keys}{keys!r}"
    assert str(keys.hash) not in f"{keys}{keys!r}"
