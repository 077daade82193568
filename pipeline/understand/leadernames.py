"""How news names people: variants of full names, what is used alone, and which of these words are everyday words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

FAMILY_FIRST = {"CHN", "KOR", "PRK", "TWN", "VNM", "KHM", "SGP", "MMR"}
GIVEN_FIRST_BUT_ALSO_REVERSED = {"JPN", "HUN"}
CALLED_BY_GIVEN_NAME = {"ETH", "ERI", "VNM"}
ROYAL_HOUSES = "Thani|Sabah|Nahyan|Maktoum|Khalifa|Said|Saud"
PARTICLES = {
    "al", "el", "bin", "bint", "ibn", "ben", "de", "da", "van", "von", "der", "den", "dos", "do", "di", "du", "la",
    "le", "ould", "abu", "ter", "ten", "del",
    "della", "wa", "ag", "mac", "st", "al-", "el-", "haq",
}  # fmt: skip
# Surnames that are also English words, given names, or so frequent that alone they name anybody.
COMMON = frozenset(Path(__file__).with_name("everyday_names.txt").read_text(encoding="utf-8").split())
# One name in many spellings; a full name is tried in all of them.
SPELLINGS = [
    ("Mohammed", "Mohamed", "Mohammad", "Muhammad", "Muhammed", "Mohamad"),
    ("Ahmed", "Ahmad"),
    ("Hassan", "Hasan"),
    ("Hussein", "Hussain", "Husain", "Husayn"),
    ("Alexander", "Aleksandr", "Aleksander", "Alyaksandr", "Aleksandar", "Oleksandr", "Alexandr"),
    ("Sergei", "Sergey", "Sergiy", "Serhiy"),
    ("Dmitry", "Dmitri", "Dmitriy", "Dmytro"),
    ("Viktor", "Victor"),
    ("Yuri", "Yuriy", "Yury"),
    ("Andrei", "Andrey", "Andriy"),
    ("Alexei", "Alexey", "Aleksei", "Aleksey"),
    ("Mikhail", "Mikhael", "Mikheil"),
    ("Nikolai", "Nikolay"),
    ("Anatoly", "Anatoliy", "Anatoli"),
    ("Yevgeny", "Yevgeni", "Evgeny"),
    ("Omar", "Umar"),
    ("Yousef", "Youssef", "Yusuf", "Yousuf"),
    ("Ibrahim", "Ebrahim"),
    ("Abdulla", "Abdullah"),
    ("Khalid", "Khaled"),
    ("Mahmoud", "Mahmud"),
    ("Rashid", "Rasheed"),
    ("Haider", "Haidar", "Haydar"),
    ("Abdelmadjid", "Abdelmajid"),
    ("Nikos", "Nicos"),
    ("Yulia", "Yuliya", "Yuliia"),
    ("Oleksiy", "Oleksii", "Alexei"),
    ("Vitaly", "Vitaliy", "Vitali", "Vitalii"),
    ("Gennady", "Gennadi", "Hennadiy", "Hennadii"),
    ("Konstantinos", "Costas", "Kostas", "Constantine"),
]
# Endings of surnames that the press of one agency spells otherwise than another's, by country.
ENDINGS = (
    ({"KAZ", "UZB", "KGZ", "TKM", "AZE", "RUS", "BGR", "TJK"}, r"(?<=[aeiou])yev\b", "ev"),
    ({"RUS", "BLR", "UKR"}, r"sky\b", "skiy"),
    ({"UKR"}, r"skyy\b|skyi\b", "sky"),
    ({"ARM"}, r"yan\b", "ian"),
    ({"NOR", "DNK"}, "ø", "oe"),
    ({"NOR", "DNK", "SWE"}, "å", "aa"),
    ({"DEU", "AUT", "CHE", "LIE"}, "ö", "oe"),
    ({"DEU", "AUT", "CHE", "LIE"}, "ü", "ue"),
    ({"DEU", "AUT", "CHE", "LIE"}, "ä", "ae"),
)
_SPELLED = {word: group for group in SPELLINGS for word in group}


@dataclass(frozen=True)
class Names:
    """All that people.csv says of a person."""

    name: str
    gender: str
    other_names: tuple[str, ...]
    press_names: tuple[str, ...]
    common_press_names: tuple[str, ...]


def fold(text: str) -> str:
    """Lower case without accents."""
    for letter, latin in (("ø", "o"), ("ł", "l"), ("đ", "d"), ("ı", "i"), ("ß", "ss"), ("æ", "ae"), ("ə", "a")):
        text = text.replace(letter, latin)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


def names_of(
    people: Mapping[str, str],
    countries: Mapping[str, set[str]],
    leaders: set[str],
    hand: Mapping[str, Mapping[str, str]],
) -> dict[str, Names]:
    """Names and genders of `people` (id -> name as Wikidata prints it); rows of names.csv in `hand` win."""
    genders = {p: _gender_by_hand(p, leaders, hand) for p, n in people.items()}
    # A first name that only women (men) among the people known bear tells the gender of the others who bear it.
    seen: dict[str, Counter[str]] = {}
    for p, n in people.items():
        if genders[p]:
            seen.setdefault(_given(n, countries[p]), Counter())[genders[p]] += 1
    out = {}
    for p, n in people.items():
        row = hand.get(p, {})
        name = row.get("name") or _plain(n)
        given = seen.get(_given(n, countries[p]), Counter())
        gender = genders[p] or (next(iter(given)) if len(given) == 1 else "")
        if row.get("gender") == "-":
            gender = ""
        press, common = _split(row.get("press_names")), _split(row.get("common_press_names"))
        if not press and not common:
            press = _alone(name, countries[p])
            # San Marino's two captains change every half year, and bear the names of half of Italy
            common = [w for w in press if _is_common(w) or countries[p] == {"SMR"}]
        press += [w for w in _respelled(press, countries[p]) if w not in press and not _is_common(w)]
        press = [w for w in press if w not in common]
        others = [*_split(row.get("other_names")), *_variants(name, countries[p]), *([n] if n != name else [])]
        if p not in leaders:
            others = [o for o in others if o != name][:2]
        out[p] = Names(
            name,
            gender,
            tuple(dict.fromkeys(o for o in others if o != name)),
            tuple(dict.fromkeys(press)),
            tuple(common),
        )
    return out


def _gender_by_hand(person: str, leaders: set[str], hand: Mapping[str, Mapping[str, str]]) -> str:
    found = hand.get(person, {}).get("gender", "")
    if found in ("m", "f"):
        return found
    # names.csv marks every woman among the leaders; other people's gender is told by those who share their first name
    return "m" if person in leaders and found != "-" else ""


def _plain(name: str) -> str:
    """Without the country of a monarch and nicknames: "Charles III of ...", 'Philip "Brave" Davis'."""
    name = re.sub(r'\s*["“(][^"”)]*["”)]', "", name)
    name = re.sub(r"(, \w+ \w+ of| of| I of) [A-Z][\w ]+$", "", name) if not name.startswith("Duke") else name
    return name.replace(" Jr.", " Jr.").strip()


def _given(name: str, countries: set[str]) -> str:
    words = name.split()
    return fold(words[-1] if countries & FAMILY_FIRST else words[0])


def _alone(name: str, countries: set[str]) -> list[str]:
    """What news calls somebody for short, by the naming customs of the country."""
    if royal := re.fullmatch(rf"(\S+) (?:bin|Al-).* Al[- ](?:{ROYAL_HOUSES})", name):
        return [f"Sheikh {royal[1]}"]
    return [_family_name(name, countries)]


def _family_name(name: str, countries: set[str]) -> str:
    words = re.sub(r",? (Jr\.?|Sr\.?|II|III|IV)$", "", name).split()
    if len(words) == 1:
        return name
    if countries & CALLED_BY_GIVEN_NAME:
        return words[-1] if "VNM" in countries else words[0]
    if countries & FAMILY_FIRST:
        return words[0]
    k = len(words) - 1
    while k > 1 and fold(words[k - 1]) in PARTICLES:
        k -= 1
    last = " ".join(words[k:])
    return re.sub(r"^(al|el|Al|El)[- ]", "", last) or last


def _is_common(word: str) -> bool:
    return fold(word) in COMMON or len(word) <= 2


def _variants(name: str, countries: set[str]) -> list[str]:
    words = name.split()
    found: list[str] = []
    spelled = [_SPELLED.get(w, (w,)) for w in words]
    if sum(len(s) > 1 for s in spelled) <= 2:
        found += [" ".join(c) for c in product(*spelled)]
    found += _respelled([name], countries)
    low = [fold(w) for w in words]
    plain_words = not any(w in PARTICLES or re.match(r"(al|el)-", w) for w in low)
    if len(words) == 3 and plain_words and not countries & FAMILY_FIRST:
        found.append(f"{words[0]} {words[-1]}")
    if royal := re.fullmatch(rf"((\S+) (?:bin \S+|Al-\S+).*) Al[- ]({ROYAL_HOUSES})", name):
        found += [royal[1], f"Sheikh {royal[1]}", f"Sheikh {royal[2]}", f"Sheikh {name}", f"{royal[2]} Al {royal[3]}"]
    elif re.search(r"\b([Aa]l|[Ee]l)[- ]", name) and not re.search(rf"Al ({ROYAL_HOUSES})", name):
        for article in ("al-", "el-", ""):
            found.append(re.sub(r"\b([Aa]l|[Ee]l)[- ]", article, name))
    if countries & GIVEN_FIRST_BUT_ALSO_REVERSED and len(words) == 2:
        found.append(f"{words[1]} {words[0]}")
    if countries & FAMILY_FIRST and len(words) == 3 and not countries & {"VNM", "KHM"}:
        found.append(f"{words[1]} {words[2]} {words[0]}")
    if countries & FAMILY_FIRST and len(words) == 2 and "-" in words[1]:
        found += [f"{words[1]} {words[0]}", f"{words[0]} {words[1].replace('-', '').capitalize()}"]
    return [f for f in dict.fromkeys(found) if f != name]


def _respelled(names: Iterable[str], countries: set[str]) -> list[str]:
    """The names with surnames' endings, or letters, in the press's other spelling."""
    out = []
    for name in names:
        for where, ending, other in ENDINGS:
            if countries & where and re.search(ending, name):
                out.append(re.sub(ending, other, name))
    return out


def _split(cell: str | None) -> list[str]:
    return [p.strip() for p in (cell or "").split("|") if p.strip()]
