"""The nouns of the house. Plain frozen data: no I/O, no clock, no import from any other room."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Mode(StrEnum):
    """How two leaders were in contact: `visit`, `multilateral` and `phone` as in PLOVER; the rest refine them."""

    PHONE = "phone"
    VIDEO = "video"
    IN_PERSON = "in_person"
    VISIT = "visit"
    MULTILATERAL = "multilateral"
    LETTER = "letter"
    UNSPECIFIED = "unspecified"


class Status(StrEnum):
    """What became of a contact, as far as its reports tell."""

    OCCURRED = "occurred"
    ONGOING = "ongoing"
    PLANNED = "planned"
    PROPOSED = "proposed"
    CANCELLED = "cancelled"
    DENIED = "denied"

    @property
    def happened(self) -> bool:
        return self in (Status.OCCURRED, Status.ONGOING)


class DatePrecision(StrEnum):
    """How exactly a date is known; `week` and `month` dates are the first day of that week or month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Stage(StrEnum):
    """The queues an item passes, in this order."""

    DISCOVERED = "discovered"
    FETCHED = "fetched"
    EXTRACTED = "extracted"
    UNDERSTOOD = "understood"
    RECONCILED = "reconciled"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a feed, page or article was not taken: a closed list, so that ops can count by it."""

    # the wire
    DNS_FAILED = "dns_failed"
    CONNECT_FAILED = "connect_failed"
    TLS_FAILED = "tls_failed"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    FORBIDDEN_ADDRESS = "forbidden_address"
    UNSUPPORTED_SCHEME = "unsupported_scheme"
    BAD_URL = "bad_url"
    PROTOCOL_ERROR = "protocol_error"
    ROBOTS_DISALLOWED = "robots_disallowed"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    # the answer
    HTTP_NOT_FOUND = "http_not_found"
    HTTP_GONE = "http_gone"
    HTTP_FORBIDDEN = "http_forbidden"
    HTTP_TOO_MANY_REQUESTS = "http_too_many_requests"
    HTTP_CLIENT_ERROR = "http_client_error"
    HTTP_SERVER_ERROR = "http_server_error"
    UNSUPPORTED_CONTENT_TYPE = "unsupported_content_type"
    # the feed
    NOT_A_FEED = "not_a_feed"
    BROKEN_FEED = "broken_feed"
    NO_LINK = "no_link"
    # the page
    CONSENT_PAGE = "consent_page"
    CAPTCHA_PAGE = "captcha_page"
    SCRIPT_REQUIRED = "script_required"
    PAYWALL_TEASER = "paywall_teaser"
    SOFT_NOT_FOUND = "soft_not_found"
    NO_TEXT = "no_text"
    TOO_SHORT = "too_short"
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    # our own side
    RETRIES_EXHAUSTED = "retries_exhausted"
    INTERNAL_ERROR = "internal_error"


@dataclass(frozen=True, slots=True)
class FeedSource:
    """One line of config/feeds.yaml: where an outlet's news comes in. `timezone` is an IANA name."""

    feed_id: str
    url: str
    outlet: str
    family: str
    country: str | None = None
    language: str = "en"
    timezone: str = "UTC"
    kind: str = "paper"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry as a feed told it; times are aware UTC, `None` where the feed gives none or nonsense."""

    entry_id: str
    link: str | None
    title: str
    summary: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What one fetch brought: bytes as received after content-decoding, or the reason why there are none.

    `headers` are those of the answer, `archived` where in the archive it stands ("file:offset"), `moved_to` where
    permanent redirects lead (301, 308): the address to ask from now on.
    """

    url: str
    final_url: str
    status: int | None
    body: bytes
    fetched_at: datetime
    content_type: str | None = None
    charset: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool = False
    reason: Reason | None = None
    detail: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    archived: str | None = None
    moved_to: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """What `understand` reads. Offsets of evidence count into `whole`, in Unicode code points.

    `published` is an aware datetime, a date where only the day is known, or None.
    """

    id: str
    title: str
    text: str
    published: datetime | date | None = None
    language: str | None = None
    url: str | None = None
    timezone: str = "UTC"
    outlet: str | None = None

    @property
    def whole(self) -> str:
        return f"{self.title}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic id of config/topics.yaml with its calibrated probability, 0 to 1."""

    topic: str
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """An exact substring of `Article.whole`: `whole[start:end] == text`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Participant:
    """A leader in a contact; `country` is ISO 3166-1 alpha-3, or EU, UN, NATO, AU and the like."""

    name: str
    country: str
    wikidata_id: str | None
    office: str


@dataclass(frozen=True, slots=True)
class Ordinal:
    """A count that an article claims: the `count`-th contact in `window` ("recent weeks"), as worded."""

    count: int
    window: str | None = None


@dataclass(frozen=True, slots=True)
class LeaderMention:
    """A span of `Article.whole` that names a leader, with the person it resolves to."""

    start: int
    end: int
    text: str
    wikidata_id: str
    country: str
    kind: str


@dataclass(frozen=True, slots=True)
class ContactReport:
    """What one article says of one contact. Participants are sorted by name."""

    participants: tuple[Participant, ...]
    mode: Mode
    status: Status
    date: date | None = None
    date_precision: DatePrecision | None = None
    duration_minutes: int | None = None
    location: str | None = None
    initiator: str | None = None
    ordinal: Ordinal | None = None
    attribution: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    historical: bool = False
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """All that `understand` says of one article, with the version of models and rules that said it."""

    topics: tuple[Topic, ...]
    contacts: tuple[ContactReport, ...]
    version: str


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A contact report with its place in the warehouse: what `reconcile` compares."""

    report_id: int
    article_id: int
    outlet: str
    family: str
    published: datetime | None
    report: ContactReport


@dataclass(frozen=True, slots=True)
class Told:
    """One of several values that are told for a field of a contact, as text, and the families that stand by it."""

    field: str
    value: str
    families: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contact:
    """What happened in the world, derived from reports. `contact_id` is a UUID that outlives rebuilds.

    `part_of` is the id of a summit that these talks were held beside. `spread` has the fields for which families tell
    different values, `confidence_reason` says in words where the confidence comes from, and `ordinal_since` is the
    first day of the window that `ordinal` counts in.
    """

    contact_id: str
    participants: tuple[Participant, ...]
    mode: Mode
    status: Status
    occurred_on: date | None
    date_precision: DatePrecision | None
    duration_minutes: int | None
    location: str | None
    initiator: str | None
    ordinal: Ordinal | None
    historical: bool
    topics: tuple[str, ...]
    attribution: tuple[str, ...]
    confidence: float
    first_reported_at: datetime | None
    last_reported_at: datetime | None
    report_ids: tuple[int, ...]
    outlets: tuple[str, ...]
    families: tuple[str, ...]
    reason: str = ""
    part_of: str | None = None
    spread: tuple[Told, ...] = ()
    confidence_reason: str = ""
    ordinal_since: date | None = None


@dataclass(frozen=True, slots=True)
class StageResult:
    """What one run of a stage did: `refused` counts by reason, `left` is what still waits in its queue."""

    stage: str
    taken: int = 0
    done: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    left: int = 0
