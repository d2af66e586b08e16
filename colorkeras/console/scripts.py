"""Scripts within a page."""

import base64
import hashlib


def script_hash(script: str) -> str:
    """A script as a Content-Security-Policy names what may run."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return f"sha256-{digest}"
