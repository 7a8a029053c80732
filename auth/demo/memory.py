"""What the demo issuer remembers for a while: codes to redeem, tokens used, sessions ended.

In memory only: after a restart codes are gone, while a refresh token stays good until it
expires, so that people stay logged in.
"""

import secrets
import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Code:
    """An authorization code and what it was given for."""

    login: str
    client: str
    redirect_uri: str
    scope: str
    challenge: str


@dataclass(slots=True)
class Memory:
    """Values with an end; whatever has passed it is dropped at the next write."""

    codes: dict[str, tuple[float, Code]] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)

    def new_code(self, code: Code, seconds: float = 60.0) -> str:
        """A code that can be redeemed once within `seconds`."""
        self._forget()
        value = secrets.token_urlsafe(32)
        self.codes[value] = (time.monotonic() + seconds, code)
        return value

    def redeem(self, value: str) -> Code | None:
        """What a code was given for, the first time it is asked for; None otherwise."""
        until, code = self.codes.pop(value, (0.0, None))
        return code if time.monotonic() < until else None

    def use_once(self, token_id: str, seconds: float) -> bool:
        """Whether a token id is seen for the first time; remembered for `seconds`."""
        self._forget()
        if token_id in self.used:
            return False
        self.used[token_id] = time.monotonic() + seconds
        return True

    def end_session(self, session: str, seconds: float) -> None:
        """Refuse every refresh token of a session from now on."""
        self._forget()
        self.ended[session] = time.monotonic() + seconds

    def has_ended(self, session: str) -> bool:
        """Whether the session was ended, by logout or by the reuse of a token."""
        return session in self.ended

    def _forget(self) -> None:
        now = time.monotonic()
        self.codes = {key: each for key, each in self.codes.items() if each[0] > now}
        self.used = {key: until for key, until in self.used.items() if until > now}
        self.ended = {key: until for key, until in self.ended.items() if until > now}
