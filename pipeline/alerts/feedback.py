"""Signed links by which a reader of a mail says, without a login, that a contact is right, wrong or a duplicate.

A link is good for one verdict of one reader on one contact, until it expires. Whoever has it can say that one thing and
nothing else, and changing any letter of it makes it worthless.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.settings import Settings

# The words that a mail prints, and the letter that a link carries.
VERDICTS = {"right": "Right", "wrong": "Wrong", "duplicate": "Duplicate"}
PATH = "hotline/feedback"
_LETTERS = {"right": b"r", "wrong": b"w", "duplicate": b"d"}
# What our other signatures sign never begins so: none of them can be passed off as a link.
_PURPOSE = b"hotline feedback 1\0"
_HEAD = struct.Struct(">16scI8s")
_MAC = 16
LONGEST = 400


class BadLink(ValueError):
    """A link that says nothing: not ours, not whole, or expired. The message is fit for its reader."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a link says. `reader` is a number made from the address and the secret, in hex."""

    contact_id: str
    verdict: str
    rule: str
    reader: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Ballots:
    """Makes and reads links. `base` is where readers reach the pages, without the slash at its end."""

    secret: str
    base: str
    days: int

    @classmethod
    def of(cls, settings: Settings) -> Ballots | None:
        """By the settings; None where mails are to carry no links."""
        page = settings.contacts_page
        if settings.feedback_secret is None or page is None:
            return None
        return cls(settings.feedback_secret.get_secret_value(), page.rpartition("/")[0], settings.feedback_days)

    def feedback_links(
        self, contact_id: str, rule: str, recipient: str, now: datetime | None = None
    ) -> list[tuple[str, str]]:
        """Words and address of each link that a mail to `recipient` carries; none for a channel.

        They expire by the real clock, whatever that of the installation says.
        """
        if "://" in recipient:
            return []
        expires = (now or datetime.now(UTC)) + timedelta(days=self.days)
        return [
            (words, f"{self.base}/{PATH}?t={self.seal(contact_id, verdict, rule, recipient, expires)}")
            for verdict, words in VERDICTS.items()
        ]

    def seal(self, contact_id: str, verdict: str, rule: str, recipient: str, expires: datetime) -> str:
        """The token of one link."""
        reader = self._mac(b"reader\0" + recipient.casefold().encode())[:8]
        head = _HEAD.pack(uuid.UUID(contact_id).bytes, _LETTERS[verdict], int(expires.timestamp()), reader)
        said = head + rule.encode()
        return base64.urlsafe_b64encode(said + self._mac(said)[:_MAC]).rstrip(b"=").decode()

    def open(self, token: str, now: datetime) -> Ballot:
        """What a token says. Raises BadLink."""
        try:
            if len(token) > LONGEST:
                raise ValueError
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            said, mac = raw[:-_MAC], raw[-_MAC:]
            if not hmac.compare_digest(mac, self._mac(said)[:_MAC]):
                raise ValueError
            contact, letter, until, reader = _HEAD.unpack(said[: _HEAD.size])
            verdict = {letter: verdict for verdict, letter in _LETTERS.items()}[letter]
        except (ValueError, binascii.Error, struct.error, KeyError):
            raise BadLink("This link is not whole. Use it as it stands in the mail.") from None
        expires = datetime.fromtimestamp(until, UTC)
        if now > expires:
            raise BadLink("This link has expired.")
        return Ballot(str(uuid.UUID(bytes=contact)), verdict, said[_HEAD.size :].decode(), reader.hex(), expires)

    def _mac(self, said: bytes) -> bytes:
        return hmac.new(self.secret.encode(), _PURPOSE + said, hashlib.sha256).digest()
