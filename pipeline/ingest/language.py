"""Is this English? By the share of function words, which no other language has in such numbers."""

from __future__ import annotations

import re
import unicodedata

_WORDS = {
    "en": "the of and to in a that is was for on with as by it at from his he said be has have not are were which this",
    "fr": "le la les de des du et à un une est que qui dans pour pas sur au par avec il ce se ne plus sont été aux",
    "de": "der die das und in den von zu mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er",
    "es": "el la los las de que y en un una por con para se del al no es su lo como más ha sus pero este fue son",
    "it": "il la le di che e in un una per con non si del della dei è da al sono ha come più nel alla anche gli i",
    "pt": "o a os as de que e em um uma por com para não se do da dos das no na é ao mais foi como são ele",
    "nl": "de het een en van in is dat op te zijn met voor niet aan er om ook als bij door maar uit werd heeft naar",
    "pl": "i w na z się nie do to że jest o po przez dla od jak za był oraz ale są tym co już jego może",
    "tr": "ve bir bu da de için ile olarak olan çok daha ne gibi en kadar ise sonra değil var olduğu ancak her",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_TOKEN = re.compile(r"[^\W\d_]+")
_LEAST_WORDS = 25
# English news has 30-45 % of these words, other languages below 10 % (names and short words they share).
_ENGLISH_SHARE = 0.16
_OTHER_SHARE = 0.12


def language_of(text: str, declared: str | None) -> str | None:
    """ISO 639-1 code of `text`, None if unclear. The words decide; `declared` (a lang attribute) where they do not."""
    declared = (declared or "").strip().lower().replace("_", "-").partition("-")[0] or None
    if declared and not re.fullmatch(r"[a-z]{2,3}", declared):
        declared = None
    tokens = _TOKEN.findall(text[:20_000].lower())
    if len(tokens) < _LEAST_WORDS:
        return declared
    shares = {language: sum(t in words for t in tokens) / len(tokens) for language, words in _SETS.items()}
    best = max(shares, key=lambda language: (shares[language], language == declared))
    if shares["en"] >= _ENGLISH_SHARE and shares["en"] >= shares[best] * 0.9:
        return "en"
    if shares[best] >= _OTHER_SHARE and best != "en":
        return best
    if _latin_share(text) < 0.5:
        return declared if declared != "en" else None
    return declared


def clearly_not_english(text: str, language: str | None) -> bool:
    """Whether `text` may be refused: another language was found, or its letters are mostly not Latin."""
    tokens = _TOKEN.findall(text[:20_000].lower())
    if len(tokens) < _LEAST_WORDS:
        return _latin_share(text) < 0.3
    return language != "en" and sum(t in _SETS["en"] for t in tokens) / len(tokens) < _ENGLISH_SHARE


def _latin_share(text: str) -> float:
    letters = [c for c in text[:5_000] if c.isalpha()]
    if not letters:
        return 1.0
    return sum("LATIN" in unicodedata.name(c, "") for c in letters) / len(letters)
