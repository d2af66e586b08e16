"""A file on its way from the page that does not arrive."""

import asyncio

import pytest
from starlette.requests import Request

from colorkeras.demo import upload
from colorkeras.demo.refusals import Refused
from colorkeras.demo.upload import Uploads


def test_an_upload_that_stands_still_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(upload, "_PATIENCE", 0.05)
    parts = [{"type": "http.request", "body": b"begun", "more_body": True}]

    async def receive():
        if not parts:
            await asyncio.Event().wait()
        return parts.pop()

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(Refused, match="The rest of the file did not come"):
        asyncio.run(Uploads(tmp_path, 1000).received(request))
    assert list(tmp_path.iterdir()) == []
