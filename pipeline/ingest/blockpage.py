"""Pages that answer 200 but hold no article: consent, captcha, scripts, paywall, "not found".

Each rule wants several signs together, since news is written about cookies, captchas and paywalls too: a page that
has a full article's text is never called a block page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.domain import Reason
from pipeline.ingest.markup import Visible
from pipeline.ingest.metadata import Metadata

# Words of extracted text from which on a page is an article whatever else stands on it.
_FULL_ARTICLE = 250
_CONSENT_ARTICLE = 800
_TEASER = 150
_PROMPTED_TEASER = 400

_CONSENT_WORDS = re.compile(
    r"\b(cookies?|consent|our (?:\d+ )?partners|personal data|privacy (?:policy|settings|choices)|legitimate interest"
    r"|personali[sz]ed (?:advertising|ads|content)|precise geolocation|store and(?:/or)? access information)\b",
    re.IGNORECASE,
)
_CONSENT_BUTTONS = re.compile(
    r"\b(?:(?:accept|reject|refuse|allow|agree to|decline) (?:all|cookies|and (?:continue|close))|i (?:accept|agree)"
    r"|manage (?:options|preferences|settings|cookies|choices)|more options)\b",
    re.IGNORECASE,
)
_CONSENT_TITLE = re.compile(r"\b(before you continue|your privacy|privacy choices|cookie|consent)\b", re.IGNORECASE)
_CAPTCHA = re.compile(
    r"(verify(?:ing)? (?:that )?you(?:'re| are) (?:a )?(?:human|not a (?:ro)?bot)|are you a (?:ro)?bot|i'?m not a robot"
    r"|you(?:'re| are) not a robot|checking (?:if the site connection is secure|your browser)|complete the (?:captcha"
    r"|security check)|unusual (?:traffic|activity) from your|pardon our interruption|press (?:&|and) hold"
    r"|incapsula incident|access to this page has been (?:denied|blocked)|you have been blocked"
    r"|you don'?t have permission to access)",
    re.IGNORECASE,
)
_CAPTCHA_TITLE = re.compile(
    r"^(just a moment|attention required|access denied|are you a robot|human verification|security check"
    r"|pardon our interruption|request rejected|ddos-guard|one more step)\b",
    re.IGNORECASE,
)
_SCRIPT = re.compile(
    r"((?:enable|turn on|activate|allow|requires?|without|need) (?:\w+ ){0,3}javascript"
    r"|javascript (?:\w+ ){0,2}(?:disabled|required|not enabled|not supported))",
    re.IGNORECASE,
)
_CUT_OFF = (
    r"subscribe (?:now |today )?(?:to|and) (?:continue|keep|read|unlock)|to (?:continue|keep) reading"
    r"|(?:article|story|content) is (?:only )?(?:for|available to|reserved for) (?:our )?(?:subscribers|members)"
    r"|register to (?:continue|read)|unlock this (?:article|story)"
)
_CUT_OFF_HERE = re.compile(f"({_CUT_OFF})", re.IGNORECASE)
# These stand in the header of every page of some outlets, so they count only where the page calls itself not free.
_PROMPT = re.compile(
    rf"({_CUT_OFF}|already a (?:subscriber|member)|(?:subscribers|members)[ -]only|for (?:subscribers|members) only"
    r"|start your (?:free )?trial|log ?in to read)",
    re.IGNORECASE,
)
_NOT_FOUND = re.compile(
    r"(^\W*(?:error )?404\W*$|\b404\b.{0,20}\b(?:error|not found|page)|\b(?:error|oops)\b.{0,10}\b404\b|^not found$"
    r"|\bpage (?:can(?:no|')t be|could not be|couldn't be|was not|not) found"
    r"|page (?:does not|doesn't|no longer) exists?|(?:page|article|story|content) (?:is )?(?:no longer|not) available)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a page is no article, in one reason and in words; `keep_text`: what was extracted is the article's own."""

    reason: Reason
    detail: str
    keep_text: bool = False


def judge(text: str, page: Metadata, visible: Visible) -> Verdict | None:
    """The verdict on a page, None for one that may well be an article. `text` is what was extracted as its body."""
    words = len(text.split())
    described = page.is_article or page.published is not None
    if words < _FULL_ARTICLE and not (described and words >= _TEASER):
        verdict = _captcha(page, visible) or _not_found(words, page)
        if verdict:
            return verdict
    if words < _CONSENT_ARTICLE and not described and (verdict := _consent(page, visible)):
        return verdict
    if words < 40 and (verdict := _script(words, page, visible)):
        return verdict
    return _paywall(words, page, visible)


def _captcha(page: Metadata, visible: Visible) -> Verdict | None:
    if len(visible.text.split()) >= _FULL_ARTICLE:
        return None
    title = _CAPTCHA_TITLE.search(page.window_title) or _CAPTCHA_TITLE.search(page.heading)
    found = _CAPTCHA.search(visible.text)
    if says := found or title:
        return Verdict(Reason.CAPTCHA_PAGE, f"the page says {says[0]!r}")
    return None


def _not_found(words: int, page: Metadata) -> Verdict | None:
    for title in (page.heading, page.window_title):
        found = _NOT_FOUND.search(title)
        if found and words < _TEASER and not page.is_article:
            return Verdict(Reason.SOFT_NOT_FOUND, f"status 200, but the page is headed {title[:100]!r}")
    return None


def _consent(page: Metadata, visible: Visible) -> Verdict | None:
    said = {match.lower() for match in _CONSENT_WORDS.findall(visible.text)}
    button = _CONSENT_BUTTONS.search(visible.buttons)
    titled = _CONSENT_TITLE.search(page.window_title) or _CONSENT_TITLE.search(page.heading)
    if button and (len(said) >= 4 or (titled and len(said) >= 2)):
        return Verdict(Reason.CONSENT_PAGE, f"it asks for consent ({button[0]!r}) instead of showing an article")
    return None


def _script(words: int, page: Metadata, visible: Visible) -> Verdict | None:
    # Many a complete page says so in its <noscript>; that counts only where nothing else is there.
    found = _SCRIPT.search(visible.text[:3000]) or (_SCRIPT.search(page.noscript) if words < 10 else None)
    if found and (words == 0 or len(visible.text.split()) < 100):
        return Verdict(Reason.SCRIPT_REQUIRED, f"the page says {found[0]!r}")
    if words == 0 and visible.has_scripts and len(visible.text.split()) < 10 and not page.is_article:
        return Verdict(Reason.SCRIPT_REQUIRED, "an empty page that scripts would fill")
    return None


def _paywall(words: int, page: Metadata, visible: Visible) -> Verdict | None:
    declared = page.word_count or 0
    if page.free is False:
        if words < _TEASER:
            return Verdict(Reason.PAYWALL_TEASER, f"declared as not free, and only {words} words are shown", True)
        if declared > 1.8 * words:
            return Verdict(Reason.PAYWALL_TEASER, f"{words} of {declared} words are shown", True)
        prompt = _PROMPT.search(visible.text)
        if prompt and words < _PROMPTED_TEASER:
            return Verdict(Reason.PAYWALL_TEASER, f"declared as not free, and it says {prompt[0]!r}", True)
    elif page.free is None and words < 100 and (prompt := _CUT_OFF_HERE.search(visible.text)):
        return Verdict(Reason.PAYWALL_TEASER, f"{words} words, then {prompt[0]!r}", True)
    return None
