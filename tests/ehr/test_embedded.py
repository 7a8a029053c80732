"""The embedded server: its folders are private, it has one owner, it survives being killed."""

import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from ehr.embedded import Embedded, EmbeddedError


@pytest.fixture
def server() -> Iterator[Embedded]:
    folder = Path(tempfile.mkdtemp(prefix="tram-embedded-"))
    folder.chmod(0o755)
    embedded = Embedded(folder, {"shared_buffers": "32MB"})
    yield embedded
    embedded.stop()
    shutil.rmtree(folder)


def test_its_folders_are_private_and_it_listens_on_no_port(server: Embedded) -> None:
    with server.owned():
        for folder in (server.cluster, server.socket_dir):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with psycopg.connect(server.url("ehr_app")) as connection:
            assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert not server.is_running()


def test_it_has_one_owner(server: Embedded) -> None:
    with (
        server.owned(),
        pytest.raises(EmbeddedError, match="already running"),
        Embedded(server.data_dir).owned(),
    ):
        pass


def test_an_orphan_is_adopted_and_data_stay(server: Embedded) -> None:
    server.start()
    with psycopg.connect(server.url("postgres")) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    with server.owned(), psycopg.connect(server.url("postgres")) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    assert not server.is_running()


def test_it_starts_again_after_a_kill(server: Embedded) -> None:
    with server.owned():
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept (n int)")
            connection.execute("INSERT INTO kept VALUES (1)")
        os.kill(int((server.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        deadline = time.monotonic() + 20
        while server.is_running() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not server.is_running()
        server.start()
        with psycopg.connect(server.url("postgres")) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (1,)


def test_it_waits_for_what_a_killed_server_left_running(server: Embedded) -> None:
    with server.owned():
        with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
            left = connection.info.backend_pid
            os.kill(left, signal.SIGSTOP)
            postmaster = int((server.cluster / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
            while server.is_running():
                time.sleep(0.05)
            starting = Thread(target=server.start)
            starting.start()
            while "pre-existing shared memory" not in server.log.read_text():
                time.sleep(0.05)
            assert starting.is_alive()
            os.kill(left, signal.SIGKILL)
            starting.join()
        with psycopg.connect(server.url("postgres")) as connection:
            connection.execute("SELECT 1")


def test_a_cluster_whose_making_was_killed_is_made_anew(server: Embedded) -> None:
    left = server.data_dir / "postgresql-new"
    left.mkdir()
    (left / "PG_VERSION").write_text("18\n")
    with server.owned(), psycopg.connect(server.url("postgres")) as connection:
        connection.execute("SELECT 1")
    assert not left.exists()


def test_a_long_path_gets_a_short_socket() -> None:
    deep = Embedded(Path("/data") / ("x" * 120))
    assert len(str(deep.socket_dir)) < 90
    assert deep.socket_dir != Embedded(Path("/data") / ("y" * 120)).socket_dir
