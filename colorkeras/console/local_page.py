"""What the pages have in common that commands serve to this machine alone."""

from colorkeras.console.errors import UserError, reason_of

ADDRESS = "127.0.0.1"  # other machines do not reach it
_MOST_PORT = 65535


def check_port(port: int) -> None:
    """Refuse a number that no port has.

    Raises:
        UserError: when it is not 0 to 65535.
    """
    if not 0 <= port <= _MOST_PORT:
        raise UserError(f"--port {port}: expected 1 to {_MOST_PORT}, or 0 for any that is free.")


def port_refused(port: int, error: OSError) -> UserError:
    """The error for a port that the system refuses."""
    return UserError(
        f"--port {port}: cannot be used: {reason_of(error)}. Choose another, or 0 for any "
        "that is free."
    )


def hosts_of(port: int) -> set[str]:
    """What the header Host may be.

    A page of another site can let its own name mean this machine (DNS rebinding), but then the
    browser sends that name.
    """
    return {f"{name}:{port}" for name in (ADDRESS, "localhost")}


def safe_headers(policy: str) -> dict[str, str]:
    """Headers of every answer.

    Args:
        policy: the Content-Security-Policy: from where the browser may load what.
    """
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
