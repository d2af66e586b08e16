"""Download published archives: https only, resumable, checked for size and checksum."""

import contextlib
import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from colorkeras import __version__
from colorkeras.console.errors import UserError
from colorkeras.console.progress import ProgressReport
from colorkeras.records.atomic import write_json
from colorkeras.records.folder_lock import locked
from data_prep.disk_space import require_space

ATTEMPTS = 6
TIMEOUT = 60.0  # seconds without a byte
_CHUNK = 1 << 20
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Download:
    """A file as its publisher offers it.

    Attributes:
        url: https address; its last part is the name of the file.
        size: in bytes; None where the publisher states none.
        checksum: "md5:…" or "sha256:…"; "" where the publisher states none.
    """

    url: str
    size: int | None = None
    checksum: str = ""

    @property
    def name(self) -> str:
        """The name of the file."""
        return unquote(urlsplit(self.url).path).rpartition("/")[2]


class _Transient(Exception):  # noqa: N818 - leads to another attempt
    """The network failed; the part that was received is kept."""


def fetch_all(downloads: tuple[Download, ...], folder: Path) -> Path:
    """Download the missing files into a folder.

    Args:
        downloads: the files.
        folder: made if missing. Complete files in it are not downloaded again.

    Returns:
        What to prepare: the file where there is only one, else the folder.

    Raises:
        UserError: when there is no network or no space, or a file is not the publisher's.
    """
    with locked(folder, "another process is downloading into it. Wait for it, or stop it."):
        paths = [fetch(download, folder) for download in downloads]
    return paths[0] if len(paths) == 1 else folder


def fetch(download: Download, folder: Path) -> Path:
    """Download one file, and continue where an earlier attempt was interrupted.

    Raises:
        UserError: as `fetch_all`.
    """
    check_address(download.url)
    target = folder / download.name
    if target.exists():
        _check_size(download, target, target.stat().st_size)
        return target
    part = folder / f"{download.name}.part"
    for attempt in range(ATTEMPTS):
        try:
            _receive(download, part)
            break
        except _Transient as error:
            if attempt == ATTEMPTS - 1:
                kept = f" The received part is kept in {part}." if part.exists() else ""
                raise UserError(
                    f"{download.url}: {error}.{kept} Give the same command again to continue, or "
                    f"download the file by other means into {folder}."
                ) from error
            time.sleep(2**attempt)
    _check_size(download, part, part.stat().st_size)
    _check_sum(download, part)
    part.replace(target)
    _validator_file(part).unlink(missing_ok=True)
    return target


def check_address(url: str) -> None:
    """Refuse an address that is not https; plain http is allowed to this machine only.

    Raises:
        UserError: for any other address.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise UserError(f"{url}: expected an https address; others are not downloaded.")


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects only to addresses that `check_address` accepts."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _receive(download: Download, part: Path) -> None:
    """Append what is missing to `part`."""
    done = part.stat().st_size if part.exists() else 0
    if download.size is not None and done == download.size:
        return
    with _answer(download, part, done) as answer:
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            done = 0  # the server cannot resume, or the file has changed
        length = answer.headers.get("Content-Length")
        total = done + int(length) if length and length.isdigit() else download.size
        if total is not None:
            _check_size(download, part, total)
            require_space(part.parent, total - done)
        validator = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
        write_json(_validator_file(part), {"url": download.url, "validator": validator})
        _append(answer, part, done, total, download.name)


def _answer(download: Download, part: Path, done: int) -> Any:
    """The server's response, from byte `done` on where the server can resume."""
    request = urllib.request.Request(download.url)
    request.add_header("User-Agent", f"colorkeras/{__version__}")
    if done:
        validator = _validator_of(download, part)
        if validator:
            request.add_header("Range", f"bytes={done}-")
            request.add_header("If-Range", validator)
    opener = urllib.request.build_opener(_SafeRedirects)
    try:
        return opener.open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            part.unlink()
            raise _Transient("the part received before is longer than the file") from error
        if error.code < http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UserError(
                f"{download.url}: the server answers {error.code} {error.reason}. The publisher "
                f"may have moved the file; download it by other means into {part.parent}."
            ) from error
        raise _Transient(f"the server answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Transient(f"cannot be reached ({getattr(error, 'reason', error)})") from error


def _append(answer: Any, part: Path, done: int, total: int | None, name: str) -> None:
    mebibytes = None if total is None else total >> 20
    with (
        ProgressReport(f"downloading {name}", mebibytes, done >> 20, unit="MiB") as progress,
        _writing(part, "ab" if done else "wb") as file,
    ):
        while True:
            try:
                data = answer.read(_CHUNK)
            except (OSError, http.client.HTTPException) as error:
                raise _Transient(f"interrupted after {done:,} bytes ({error})") from error
            if not data:
                break
            done += len(data)
            if total is not None and done > total:
                raise UserError(f"{name}: the server sends more than the {total:,} bytes stated.")
            file.write(data)
            progress.update(done >> 20)
    if total is not None and done < total:
        raise _Transient(f"interrupted after {done:,} of {total:,} bytes")


@contextlib.contextmanager
def _writing(path: Path, mode: str) -> Iterator[IO[bytes]]:
    try:
        with open(path, mode) as file:
            yield file
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror or error}.") from error


def _validator_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _validator_of(download: Download, part: Path) -> str | None:
    """The mark by which the server knows whether the file is still the one that was begun."""
    try:
        noted = json.loads(_validator_file(part).read_text(encoding="utf-8"))
        return noted["validator"] if noted["url"] == download.url else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _check_size(download: Download, path: Path, size: int) -> None:
    if download.size is not None and size != download.size:
        raise UserError(
            f"{path}: {size:,} bytes, the publisher's file has {download.size:,}. Remove it and "
            "download it again; if that does not help, the publisher has changed it."
        )


def _check_sum(download: Download, part: Path) -> None:
    kind, _, expected = download.checksum.partition(":")
    if not kind:
        return
    with open(part, "rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    if found != expected:
        part.unlink()
        raise UserError(
            f"{download.url}: its {kind} is {found}, the publisher states {expected}. It is not "
            "the publisher's file and is removed. Download it again."
        )
