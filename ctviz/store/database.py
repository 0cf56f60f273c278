"""One SQLite file, opened for many threads and processes, that notices when it is taken away."""

import errno
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import TypeAlias, TypeVar

from ctviz.core import CtvizError, InvalidInput, StorageRefused
from ctviz.store.guard import Guard
from ctviz.store.schema import APPLICATION_ID, MIGRATIONS

BUSY_SECONDS = 30.0
REMEMBERED_ACTS = 1000
"""Acts that are done again after the log was unlinked; far more than are done within a moment."""
REOPENINGS = 20
PRAGMAS = (
    *("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"),
    # What is deleted is overwritten: nobody finds a drawing in the file any more.
    "secure_delete = ON",
)
CLOSED = (-1, -1)
"""In place of the log's inode while none is open: whoever comes next opens it."""
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)
UNWRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)

Answer = TypeVar("Answer")
Act: TypeAlias = Callable[[sqlite3.Connection], Answer]
"""Statements of one transaction; done twice they leave the same as done once."""
Inode: TypeAlias = tuple[int, int]


class Database:
    """A SQLite database of ours, brought to the newest schema when it is opened.

    One connection is shared by all threads under a lock; other processes are kept apart by SQLite
    itself (write-ahead log, busy timeout). What is written is on the disk before `write` returns
    (``synchronous = FULL``).

    SQLite goes on writing into a file that was unlinked or replaced under it, and nobody would
    ever see what it wrote. The log is unlinked by whoever closes the database last, and another
    program believes to be the last when this process has lost its locks, which happens as soon as
    any part of it opens and closes the file by itself. So the inodes of file and log are compared
    before and after each use; if the log has changed, the database is opened anew and the latest
    acts are done again, and if the file has, nothing is written. Processes of ctviz take turns in
    writing and closing (`Guard`): between copying a log and unlinking it nobody may add to it.

    Raises
    ------
    InvalidInput
        If the file is damaged, belongs to another program or to a newer ctviz.
    StorageRefused
        If the folder cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._lock = RLock()
        self._recent: deque[Act[object]] = deque(maxlen=REMEMBERED_ACTS)
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._guard = Guard(path.with_name(f"{path.name}-guard"), BUSY_SECONDS)
        try:
            with self._guard.held():
                self._opened = self._connect()
        except CtvizError:
            self._guard.close()
            raise

    def _connect(self) -> tuple[Inode | None, Inode | None]:
        """Open what stands at our path; return which file and log that are."""
        with self._explained():
            self._connection = sqlite3.connect(
                self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                self._open()
                return self._inodes()
        except CtvizError:
            self._connection.close()
            raise

    def _open(self) -> None:
        self._connection.row_factory = sqlite3.Row
        self._recognise()
        for pragma in PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}")
        with self._begun() as connection:
            seen = self._recognise()
            for change in MIGRATIONS[seen:]:
                for statement in change:
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")

    def _recognise(self) -> int:
        """Return how many migrations the file has seen, refusing a file that is not ours."""
        (owner,) = self._connection.execute("PRAGMA application_id").fetchone()
        (seen,) = self._connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if owner != APPLICATION_ID and (owner or seen or tables):
            raise InvalidInput(
                f"'{self._path.name}' is the database of another program; move it away or set "
                "CTVIZ_DATA to another folder."
            )
        if seen > len(MIGRATIONS):
            raise InvalidInput(
                f"'{self._path.name}' was written by a newer ctviz; update ctviz to open it."
            )
        return int(seen)

    def write(self, act: Act[Answer]) -> Answer:
        """Do an act in a transaction; when this returns, it is on the disk in the file of our name.

        Parameters
        ----------
        act
            Statements that leave the same when they are done twice; all are kept, or none.

        Raises
        ------
        StorageRefused
            If that cannot be promised: the disk is full, the file is gone, or it was closed because
            ctviz is ending, while what is still under way asks for it.
        """
        with self._lock, self._in_use(), self._guard.held():
            self._return_to_file()
            with self._begun() as connection:
                answer = act(connection)
            self._recent.append(act)
            self._return_to_file()
            return answer

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows that a question finds."""
        with self._lock, self._in_use():
            if self._inodes() != self._opened:
                with self._guard.held():
                    self._return_to_file()
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the file; the database must not be used afterwards."""
        with self._lock:
            if self._guard.closed:
                return
            with self._guard.held():
                self._connection.close()
            self._guard.close()

    @contextmanager
    def _begun(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for statements that are all kept or all undone."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.commit()
        except BaseException:
            self._connection.rollback()
            raise

    def _return_to_file(self) -> None:
        """Open the log of our name anew if it is not the one that we write, and make up for it."""
        for _ in range(REOPENINGS):
            file, log = self._inodes()
            if file != self._opened[0]:
                # Not opened anew: the log that lies there belongs to the file that was there.
                raise StorageRefused(
                    f"The database '{self._path.name}' was taken away or replaced while ctviz was "
                    "running, so nothing can be saved; put it back, or restart ctviz to go on with "
                    "what is there now."
                )
            if log == self._opened[1]:
                return
            self._connection.close()
            self._opened = (file, CLOSED)
            opened = self._connect()
            with self._begun() as connection:
                for act in self._recent:
                    act(connection)
            self._opened = opened
        raise StorageRefused(
            f"The log of the database '{self._path.name}' is taken away again and again by another "
            "program, so nothing can be saved; stop that program."
        )

    def _inodes(self) -> tuple[Inode | None, Inode | None]:
        return _inode(self._path), _inode(self._log)

    @contextmanager
    def _in_use(self) -> Iterator[None]:
        """Refuse what comes after the end, and explain what goes wrong before it."""
        if self._guard.closed:
            raise StorageRefused(
                f"ctviz was ending and had closed '{self._path.name}', so this was not done; start "
                "ctviz and do it again."
            )
        with self._explained():
            yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite or the system says of a bad file or disk into a sentence."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except (sqlite3.DatabaseError, OSError) as error:
            raise _in_words(error, self._path) from error


def _inode(path: Path) -> Inode | None:
    """Return which file stands at a path, or None if there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _in_words(error: sqlite3.DatabaseError | OSError, path: Path) -> CtvizError:
    """Return the sentence for what went wrong with the database at a path."""
    # The lowest byte is the kind, the others tell where in SQLite it was noticed.
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind == sqlite3.SQLITE_FULL or getattr(error, "errno", None) in FULL_DISK:
        return StorageRefused(
            "The disk is full, so this was not saved; make room on the disk of the data folder "
            "and try again. A drawing stays in the browser and is saved as soon as there is room."
        )
    if kind == sqlite3.SQLITE_BUSY:
        return StorageRefused(
            f"Another program has locked '{path.name}' for {BUSY_SECONDS:.0f} seconds, so this was "
            "not saved; close it and try again."
        )
    if kind in UNWRITABLE or isinstance(error, OSError):
        return StorageRefused(
            f"The database '{path.name}' cannot be used because its place cannot be written "
            f"({error}); let ctviz write its folder, or set CTVIZ_DATA to another one."
        )
    if kind == sqlite3.SQLITE_IOERR:
        return StorageRefused(
            f"The disk refused to read or write '{path.name}' ({error}), so this was not saved; "
            "check that the disk is there, has room and is sound."
        )
    return InvalidInput(
        f"The database '{path.name}' cannot be used ({error}); restore it from a "
        "backup, or move it away to start with an empty one."
    )
