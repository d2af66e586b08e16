"""What all calls of the page have in common: their JSON, and an answer for every error."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from colorkeras.demo.refusals import Refused, Stopped, refused

Handler = Callable[[Request], Awaitable[Response]]
_MOST_JSON = 2**18  # bytes of a call


def answered_by(handler: Handler) -> Handler:
    """The handler, with an answer for everything that goes wrong."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Stopped:
            return Response(status_code=204)  # nobody reads it
        except asyncio.CancelledError:  # Ctrl-C, and the server's patience has ended
            return JSONResponse({"error": "The program ends."}, 503)
        except Exception as error:
            answer = refused(error)
            return JSONResponse({"error": answer.reason}, answer.status)

    return answered


async def json_of(request: Request) -> dict[str, Any]:
    """The JSON object of a call."""
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > _MOST_JSON:
            raise Refused(413, "The call is too long.")
    try:
        values = json.loads(data)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise Refused(400, "Expected a JSON object.")
    return values
