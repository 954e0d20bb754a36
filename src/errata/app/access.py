"""Who may talk to this server: one login token that works once, one session secret, both new at every start."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable


class Access:
    """The secrets of one server. Safe to use from several threads.

    ``token`` opens a session once; ``secret`` is the session: the value of the cookie, and what a script sends as
    ``Authorization: Bearer``. ``on_renewal`` is told the new token when all sessions were ended.
    """

    def __init__(self, token: str | None = None, on_renewal: Callable[[str], None] | None = None) -> None:
        self._token: str | None = token or secrets.token_urlsafe(32)
        self._secret = secrets.token_urlsafe(32)
        self._on_renewal = on_renewal
        self._lock = threading.Lock()

    @property
    def token(self) -> str | None:
        """The login token, None once it was used."""
        return self._token

    @property
    def secret(self) -> str:
        """The session secret."""
        return self._secret

    def log_in(self, token: str) -> bool:
        """Whether ``token`` is the login token, which is then used up."""
        with self._lock:
            right = self._token is not None and equal(token, self._token)
            if right:
                self._token = None
            return right

    def is_session(self, secret: str) -> bool:
        """Whether ``secret`` is the session's."""
        return equal(secret, self._secret)

    def renew(self) -> None:
        """End every session and make a new login token."""
        with self._lock:
            self._secret = secrets.token_urlsafe(32)
            self._token = secrets.token_urlsafe(32)
            token = self._token
        if self._on_renewal is not None:
            self._on_renewal(token)


def equal(left: str, right: str) -> bool:
    """Whether two secrets are equal, in time that does not tell where they differ."""
    return hmac.compare_digest(left.encode("utf-8", "surrogateescape"), right.encode("utf-8", "surrogateescape"))
