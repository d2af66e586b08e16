"""What every request passes: from this machine's own page only, with headers that keep it so."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from colorkeras.console.local_page import safe_headers

# The browser itself refuses whatever would leave this machine.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
_HEADERS = {
    **safe_headers(_POLICY),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_READING = ("GET", "HEAD")


class Guard:
    """Refuses requests that do not come from the page itself.

    Args:
        app: what answers the others.
        hosts: what the header Host may be.
    """

    def __init__(self, app: ASGIApp, hosts: set[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        reason = self._refusal(scope)
        app = self._app if reason is None else JSONResponse({"error": reason}, 403)
        await app(scope, receive, send_safely)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host")
        if host not in self._hosts:
            return "Wrong host."
        # A browser says where a call comes from, and pages cannot make it lie.
        if scope["method"] not in _READING and headers.get("origin") != f"http://{host}":
            return "Not from the page of this demo."
        return None
