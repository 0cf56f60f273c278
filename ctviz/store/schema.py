"""The tables, as the list of changes that lead to them.

A database remembers how many of these changes it has seen (``user_version``). A change, once
released, is never edited: the next one is appended.
"""

from ctviz.store.audit import AUDIT_TABLE

APPLICATION_ID = 0x4354565A
"""SQLite's mark of whose file it is: "CTVZ"."""


def only_appended(table: str, what: str, *, with_case: bool = False) -> tuple[str, str, str]:
    """Return the triggers that keep a table's rows, called by ``id``, as they were added.

    Those of a table that goes ``with_case`` can be deleted if the latest move of their case, called
    by ``case_id``, says that the bin was emptied.
    """
    refusal = f"BEGIN SELECT RAISE (ABORT, '{what} only ever appended'); END"
    unless = (
        """
        WHEN 'emptied' IS NOT (
            SELECT move FROM bin_moves WHERE case_id = OLD.case_id ORDER BY id DESC LIMIT 1
        )
        """
        if with_case
        else ""
    )
    return (
        f"CREATE TRIGGER {table}_are_not_changed BEFORE UPDATE ON {table} {refusal}",
        f"CREATE TRIGGER {table}_are_not_deleted BEFORE DELETE ON {table} {unless} {refusal}",
        f"CREATE TRIGGER {table}_are_not_replaced BEFORE INSERT ON {table} "  # noqa: S608 - ours
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) {refusal}",
    )


MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE cases (
            id TEXT PRIMARY KEY,
            patient TEXT NOT NULL,
            title TEXT NOT NULL,
            slices INTEGER NOT NULL CHECK (slices > 0),
            rows INTEGER NOT NULL CHECK (rows > 0),
            columns INTEGER NOT NULL CHECK (columns > 0),
            row_spacing_mm REAL,
            column_spacing_mm REAL,
            source TEXT NOT NULL,
            truth TEXT,
            notes TEXT NOT NULL,
            added TEXT NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE regions (
            id INTEGER PRIMARY KEY,
            case_id TEXT NOT NULL REFERENCES cases (id),
            slice_index INTEGER NOT NULL,
            reader TEXT NOT NULL,
            label TEXT NOT NULL,
            pixels INTEGER NOT NULL,
            runs BLOB NOT NULL,
            drawn TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX regions_by_place ON regions (case_id, slice_index, reader, label, id)",
        """
        CREATE TRIGGER regions_are_not_changed BEFORE UPDATE ON regions
        BEGIN SELECT RAISE (ABORT, 'regions are only ever appended'); END
        """,
        """
        CREATE TRIGGER regions_are_not_deleted BEFORE DELETE ON regions
        BEGIN SELECT RAISE (ABORT, 'regions are only ever appended'); END
        """,
        """
        CREATE VIEW standing_regions AS
        SELECT * FROM regions
        WHERE id IN (SELECT max(id) FROM regions GROUP BY case_id, slice_index, reader, label)
          AND pixels > 0
        """,
        """
        CREATE TABLE predictions (
            case_id TEXT NOT NULL REFERENCES cases (id),
            slice_index INTEGER NOT NULL,
            model TEXT NOT NULL,
            weights TEXT NOT NULL,
            classes TEXT NOT NULL,
            probabilities TEXT NOT NULL,
            PRIMARY KEY (case_id, slice_index, model)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE scores (
            plan TEXT NOT NULL,
            case_id TEXT NOT NULL REFERENCES cases (id),
            slice_index INTEGER NOT NULL,
            model TEXT NOT NULL,
            estimator TEXT NOT NULL,
            sign TEXT NOT NULL,
            metric TEXT NOT NULL,
            value REAL,
            why TEXT NOT NULL,
            CHECK (value IS NOT NULL OR why <> ''),
            PRIMARY KEY (plan, case_id, slice_index, model, estimator, sign, metric)
        ) STRICT, WITHOUT ROWID
        """,
    ),
    # The scores of a cohort are kept in their study's folder.
    ("DROP TABLE scores",),
    # Which changes of drawings were kept: a browser sends each until it is told.
    ("CREATE TABLE changes (id TEXT PRIMARY KEY, kept TEXT NOT NULL) STRICT, WITHOUT ROWID",),
    AUDIT_TABLE,
    # The bin. A case that was deleted leaves its moves, so that they refer to nothing. Regions can
    # be deleted from now on, but only those of a case whose latest move says so.
    (
        """
        CREATE TABLE bin_moves (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id TEXT NOT NULL,
            move TEXT NOT NULL CHECK (move IN ('put', 'restored', 'emptied')),
            who TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX bin_moves_by_case ON bin_moves (case_id, id)",
        *only_appended("bin_moves", "moves to and from the bin are"),
        """
        CREATE VIEW cases_away AS
        SELECT * FROM bin_moves
        WHERE id IN (SELECT max(id) FROM bin_moves GROUP BY case_id) AND move <> 'restored'
        """,
        "CREATE VIEW emptied_cases AS SELECT case_id FROM cases_away WHERE move = 'emptied'",
        "DROP TRIGGER regions_are_not_deleted",
        only_appended("regions", "regions are", with_case=True)[1],
    ),
    # Titles that people give.
    (
        """
        CREATE TABLE titles (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id TEXT NOT NULL REFERENCES cases (id),
            title TEXT NOT NULL,
            who TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX titles_by_case ON titles (case_id, id)",
        *only_appended("titles", "titles are", with_case=True),
        """
        CREATE VIEW named_cases AS
        SELECT *, rowid AS place,
            (SELECT title FROM titles WHERE case_id = cases.id ORDER BY id DESC LIMIT 1) AS given
        FROM cases
        """,
    ),
    # How far readers are.
    (
        """
        CREATE TABLE readings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id TEXT NOT NULL REFERENCES cases (id),
            reader TEXT NOT NULL,
            state TEXT NOT NULL,
            note TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX readings_by_place ON readings (reader, case_id, id)",
        *only_appended("readings", "readings are", with_case=True),
    ),
    # True classes that people give.
    (
        """
        CREATE TABLE truths (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id TEXT NOT NULL REFERENCES cases (id),
            truth TEXT NOT NULL,
            who TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX truths_by_case ON truths (case_id, id)",
        *only_appended("truths", "true classes are", with_case=True),
        "DROP VIEW named_cases",
        """
        CREATE VIEW named_cases AS
        SELECT *, rowid AS place,
            (SELECT title FROM titles WHERE case_id = cases.id ORDER BY id DESC LIMIT 1) AS given,
            (SELECT truth FROM truths WHERE case_id = cases.id ORDER BY id DESC LIMIT 1)
                AS given_truth
        FROM cases
        """,
    ),
    # A row of the audit trail that comes again is looked for.
    ("CREATE INDEX audit_by_time ON audit (at)",),
    # What readers measure. The browser names each measurement; one without points was removed.
    (
        """
        CREATE TABLE measurements (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            case_id TEXT NOT NULL REFERENCES cases (id),
            reader TEXT NOT NULL,
            name TEXT NOT NULL,
            kind TEXT NOT NULL,
            slice_index INTEGER NOT NULL,
            points TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX measurements_by_place ON measurements (case_id, reader, name, id)",
        *only_appended("measurements", "measurements are", with_case=True),
    ),
    # Whether readers are blinded.
    (
        """
        CREATE TABLE blindings (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            blinded INTEGER NOT NULL CHECK (blinded IN (0, 1)),
            who TEXT NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """,
        *only_appended("blindings", "switches of blinded reading are"),
    ),
    # What readers tried on slices. One that is deleted is a row that says so, as in the bin.
    (
        """
        CREATE TABLE experiments (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            case_id TEXT NOT NULL REFERENCES cases (id),
            slice_index INTEGER NOT NULL,
            reader TEXT NOT NULL,
            model TEXT NOT NULL,
            operation TEXT NOT NULL,
            settings TEXT NOT NULL,
            edge_mm REAL NOT NULL,
            runs BLOB NOT NULL,
            title TEXT NOT NULL,
            note TEXT NOT NULL,
            made TEXT NOT NULL,
            binned INTEGER NOT NULL,
            at TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX experiments_by_place ON experiments (case_id, name, id)",
        "CREATE INDEX experiments_by_name ON experiments (name, id)",
        *only_appended("experiments", "experiments are", with_case=True),
    ),
    # Whether each class of an answer is a finding by itself.
    ("ALTER TABLE predictions ADD COLUMN multi_label INTEGER NOT NULL DEFAULT 0",),
)
