"""What a preparation knows of each image so far, in a SQLite file.

After a crash only the images that were being prepared are done again. The memory needed does not
grow with the number of images. The file is in OUT/.work, which is removed when the data set is
finished.
"""

import contextlib
import errno
import fcntl
import json
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from colorkeras.console.errors import UserError
from data_prep.image_source import Item

FORMAT = 1
_SCHEMA = f"""
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE images (
    id INTEGER PRIMARY KEY,
    name TEXT UNIQUE,
    place REAL,            -- in [0, 1): the order in which images are taken
    whereabouts TEXT,      -- what the source needs to find it
    status TEXT,           -- todo, done, rejected
    reason TEXT,
    width INTEGER, height INTEGER, chroma REAL,
    sha256 TEXT,           -- of the prepared file
    pixels BLOB,           -- SHA-256 of the prepared pixels
    dhash INTEGER,         -- perceptual hash, as a signed number
    thumb BLOB,            -- the image on 8x8x3 bytes
    split TEXT, path TEXT  -- of the prepared file below OUT, once it is decided
);
CREATE INDEX by_status ON images (status, place);
CREATE INDEX by_path ON images (split, path);
INSERT INTO facts VALUES ('format', '{FORMAT}');
"""


Todo = tuple[int, str, str]  # of an image to prepare: its id, name, and where it is in the source


class Prepared(NamedTuple):
    """What a worker found in one image; `reason` is empty for one that was prepared."""

    id: int
    reason: str
    width: int = 0
    height: int = 0
    chroma: float = 0.0
    sha256: str = ""
    pixels: bytes = b""
    dhash: int = 0
    thumb: bytes = b""


class State:
    """The database of one preparation.

    Args:
        path: of the file; made if missing.

    Raises:
        UserError: when it cannot be used, or is of another version.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(
                f"{path.parent}: cannot be made: {error.strerror}. Choose another -o."
            ) from error
        try:
            self._has_locks = _has_locks(path.parent)
            self._db = self._connected()
            self._db.execute(f"PRAGMA journal_mode={'WAL' if self._has_locks else 'DELETE'}")
            self._db.execute("PRAGMA synchronous=NORMAL")
            if not self._is_begun():
                self._db.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
            elif self.fact("format") != FORMAT:
                raise UserError(
                    f"{path}: of another version. Remove {path.parent} and begin again."
                )
        except sqlite3.Error as error:
            raise UserError(
                f"{path}: cannot be used ({error}). If the disk is full, free some space. If an "
                f"earlier preparation left it damaged, remove {path.parent} and begin again."
            ) from error

    def _connected(self) -> sqlite3.Connection:
        """A connection that reads text as `_stored` wrote it.

        It uses no locks on file systems that have none. That is safe, as the lock of the data
        set's folder keeps other processes out.
        """
        options = "" if self._has_locks else "?nolock=1"
        connection = sqlite3.connect(f"file:{quote(os.fsencode(self._path))}{options}", uri=True)
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        return connection

    def _is_begun(self) -> bool:
        """Whether the tables exist; they are made all at once."""
        query = "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table'"
        return self._db.execute(query).fetchone()[0] > 0

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def fact(self, key: str) -> Any:
        """The JSON value noted under a key; None where there is none."""
        row = self._db.execute("SELECT value FROM facts WHERE key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def set_fact(self, key: str, value: Any) -> None:
        """Note a JSON value under a key."""
        with self._db:
            self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, json.dumps(value)))

    def add(self, items: Iterable[tuple[Item, float]]) -> None:
        """Note the images of the source with their places: all of them or, after a crash, none."""
        rows = (
            (
                _stored(item.name),
                place,
                item.where,
                "rejected" if item.refused else "todo",
                item.refused,
            )
            for item, place in items
        )
        with self._db:
            self._db.executemany(
                "INSERT OR IGNORE INTO images (name, place, whereabouts, status, reason) "
                "VALUES (CAST(? AS TEXT), ?, ?, ?, ?)",
                rows,
            )

    def refuse(self, names: Iterable[str], reason: str) -> None:
        """Note that images will not be used, and why."""
        rows = [(reason, _stored(name)) for name in names]
        with self._db:
            self._db.executemany(
                "UPDATE images SET status = 'rejected', reason = ? WHERE name = CAST(? AS TEXT)",
                rows,
            )

    def record(self, results: Iterable[Prepared]) -> None:
        """Note what workers found; it is on the disk when this returns."""
        with self._db:
            self._db.executemany(
                "UPDATE images SET status = ?, reason = ?, width = ?, height = ?, chroma = ?, "
                "sha256 = ?, pixels = ?, dhash = ?, thumb = ? WHERE id = ?",
                (("rejected" if r.reason else "done", *r[1:8], r.thumb, r.id) for r in results),
            )

    def count(self, status: str) -> int:
        """How many images have a status: "todo", "done" or "rejected"."""
        query = "SELECT COUNT(*) FROM images WHERE status = ?"
        return self._db.execute(query, (status,)).fetchone()[0]

    def looked_at(self) -> int:
        """How many images were prepared or rejected so far."""
        return self.count("done") + self.count("rejected")

    def names(self) -> Iterator[str]:
        """The names of all images that were not refused."""
        query = "SELECT name FROM images WHERE status <> 'rejected' ORDER BY place, id"
        with contextlib.closing(self._connected()) as snapshot:
            yield from (name for (name,) in snapshot.execute(query))

    def todo(self) -> Iterator[Todo]:
        """The images to prepare, in the order of their places."""
        last = (-1.0, -1)
        while True:
            rows = self._db.execute(
                "SELECT place, id, name, whereabouts FROM images WHERE status = 'todo' "
                "AND (place, id) > (?, ?) ORDER BY place, id LIMIT 10000",
                last,
            ).fetchall()
            if not rows:
                return
            yield from (row[1:] for row in rows)
            last = rows[-1][:2]

    def rows(self, columns: str) -> Iterator[tuple[Any, ...]]:
        """Columns of all prepared images, also of duplicates, in the order of their places.

        The rows are those of the moment of the call, whatever is written meanwhile.

        Args:
            columns: SQL, here and below; it comes from the code, never from a user.
        """
        query = f"SELECT {columns} FROM images WHERE status = 'done' ORDER BY place, id"
        with contextlib.closing(self._connected()) as snapshot:
            yield from snapshot.execute(query)

    def rejected(self) -> Iterator[tuple[str, str]]:
        """(name, reason) of all images that are not used, duplicates among them."""
        yield from self._db.execute(
            "SELECT name, reason FROM images WHERE reason <> '' ORDER BY place, id"
        )

    def value(self, column: str, number: int) -> Any:
        """A column of the image with an id."""
        query = f"SELECT {column} FROM images WHERE id = ?"
        return self._db.execute(query, (number,)).fetchone()[0]

    def settle(
        self, places: Iterable[tuple[str, str, int]], reasons: Iterable[tuple[str, int]]
    ) -> None:
        """Note which prepared images stay and which are rejected, in place of earlier notes.

        Args:
            places: (split, path, id) of the images that stay.
            reasons: (reason, id) of the images that are rejected.
        """
        if not self._has_locks:  # without locks, no connection may read while this one writes
            places, reasons = list(places), list(reasons)
        with self._db:
            self._db.execute(
                "UPDATE images SET split = NULL, path = NULL, reason = '' WHERE status = 'done'"
            )
            self._db.executemany("UPDATE images SET split = ?, path = ? WHERE id = ?", places)
            self._db.executemany(
                "UPDATE images SET reason = CAST(? AS TEXT) WHERE id = ?",
                ((_stored(reason), number) for reason, number in reasons),
            )

    def placed_counts(self) -> Counter[str]:
        """How many images each split has."""
        query = "SELECT split, COUNT(*) FROM images WHERE split IS NOT NULL GROUP BY split"
        return Counter(dict(self._db.execute(query)))

    def placed(self, columns: str, split: str) -> Iterator[tuple[Any, ...]]:
        """Columns of the images of a split, in the order of their paths."""
        yield from self._db.execute(
            f"SELECT {columns} FROM images WHERE split = ? ORDER BY path", (split,)
        )


def _has_locks(folder: Path) -> bool:
    """Whether the file system has the locks that SQLite uses."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)  # SQLite reports a full disk itself
    return True


def _stored(text: str) -> bytes:
    """The bytes of a text with file names, which may be no valid Unicode; SQLite keeps them."""
    return text.encode("utf-8", "surrogateescape")
