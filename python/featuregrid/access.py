"""What a client shows a node, its token, and what it believes of a node, its certificate."""

from __future__ import annotations

import os
import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from featuregrid.errors import FeatureGridError

_TOKEN = re.compile(r"[!-~]{1,1000}")


@dataclass(frozen=True, repr=False)
class Access:
    """A token, or None, and root certificates in PEM, or None for those of the system. Its text shows neither."""

    token: str | None = None
    root_certificates: bytes | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers of each call."""
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}

    def tls(self) -> ssl.SSLContext:
        """How HTTP connections are encrypted. Raises FeatureGridError INVALID_QUERY if the certificates cannot be read."""
        try:
            roots = None if self.root_certificates is None else self.root_certificates.decode("ascii")
            return ssl.create_default_context(cadata=roots)
        except (ssl.SSLError, ValueError) as error:
            raise FeatureGridError("INVALID_QUERY", "tls_root_certs hold no certificate (expected some in PEM)") from error


def access_of(token: str | None, tls_root_certs: str | bytes | Path | None, of_node: str | None = None) -> Access:
    """What is given, else what the environment says: ``FEATUREGRID_TOKEN``, ``FEATUREGRID_TLS_ROOT_CERTS``.

    ``tls_root_certs`` is the path of a file, or its content; ``of_node`` a file in place of the environment's, which may be gone.
    """
    given = token if token is not None else os.environ.get("FEATUREGRID_TOKEN") or None
    # A line's end would begin a header of its own; and the text is a secret, so it is not shown.
    if given is not None and not _TOKEN.fullmatch(given):
        raise FeatureGridError(
            "UNAUTHENTICATED", "the token has characters that no token has, or none (expected fg_ and 43 letters, without blanks)"
        )
    roots = tls_root_certs if tls_root_certs is not None else os.environ.get("FEATUREGRID_TLS_ROOT_CERTS") or of_node
    return Access(given, None if roots is None else _content(roots))


def _content(roots: str | bytes | Path) -> bytes:
    if isinstance(roots, bytes):
        return roots
    if isinstance(roots, str) and "-----BEGIN" in roots:
        return roots.encode()
    try:
        return Path(roots).expanduser().read_bytes()
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise FeatureGridError("INVALID_QUERY", f"tls_root_certs is {str(roots)!r} ({why}; expected a file in PEM)") from error
