"""One SQLite file, opened for many threads and processes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from ctviz.core import InvalidInput
from ctviz.store.schema import APPLICATION_ID, MIGRATIONS

BUSY_SECONDS = 30.0


class Database:
    """A SQLite database of ours, brought to the newest schema when it is opened.

    One connection is shared by all threads under a lock; other processes are kept apart by SQLite
    itself (write-ahead log, busy timeout).

    Raises
    ------
    InvalidInput
        If the file is damaged, belongs to another program or to a newer ctviz.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = RLock()
        with self._explained():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._explained():
                self._open()
        except InvalidInput:
            self._connection.close()
            raise

    def _open(self) -> None:
        self._connection.row_factory = sqlite3.Row
        self._recognise()
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        with self.transaction() as connection:
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

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for statements that are all kept or all undone."""
        with self._lock, self._explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    def query(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """Return all rows that a question finds."""
        with self._lock, self._explained():
            return self._connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the file; the database must not be used afterwards."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what SQLite says of a bad file or disk into a sentence for the user."""
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise
        except (sqlite3.DatabaseError, OSError) as error:
            raise InvalidInput(
                f"The database '{self._path.name}' cannot be used ({error}); restore it from a "
                "backup, or move it away to start with an empty one."
            ) from error
