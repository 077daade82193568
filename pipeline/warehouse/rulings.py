"""What people decided in review, brought to the reports as they are read today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

# Of large halves so many reports each are told apart one by one: the rest follows from what they are tied to.
MOST_APART = 50
# A reading that names one person more or less of a summit is still of the same.
MOST_ALIKE = 0.6


@dataclass(frozen=True, slots=True)
class Said:
    """What a report says, as far as it is recognised by it. `number` is its id, or that of a key."""

    number: int
    article_id: int
    people: frozenset[str]
    mode: str
    occurred_on: date | None
    position: int


@dataclass(frozen=True, slots=True)
class Decision:
    """An action in force: its kind, and the numbers of the reports it speaks of; a split moves those in `moved`."""

    kind: str
    all: frozenset[int]
    moved: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Ruled:
    """Sets of report ids: which are one contact, which pairs are not, and which were rejected."""

    together: frozenset[frozenset[int]] = frozenset()
    apart: frozenset[frozenset[int]] = frozenset()
    rejected: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Fold:
    together: list[frozenset[int]] = field(default_factory=list)
    apart: set[frozenset[int]] = field(default_factory=set)
    rejected: set[int] = field(default_factory=set)

    def take(self, decision: Decision) -> None:
        if decision.kind == "reject":
            self.rejected |= decision.all
        elif decision.kind == "split":
            stays = decision.all - decision.moved
            self.together = [
                part for bound in self.together for part in (bound - decision.moved, bound & decision.moved)
            ]
            self.together.append(decision.moved)
            few = (sorted(half)[:MOST_APART] for half in (decision.moved, stays))
            self.apart |= {frozenset(pair) for pair in product(*few)}
        else:
            self.apart = {pair for pair in self.apart if not pair <= decision.all}
            self.rejected -= decision.all
            self.together.append(decision.all)


def fold_decisions(decisions: Iterable[Decision]) -> Ruled:
    """What decisions amount to, in the order in which they were taken: later ones override earlier ones."""
    state = _Fold()
    for decision in decisions:
        state.take(decision)
    together = frozenset(bound for bound in state.together if len(bound) > 1)
    return Ruled(together, frozenset(state.apart), frozenset(state.rejected))


def recognise(keys: Sequence[Said], reports: Sequence[Said]) -> dict[int, int]:
    """Which report of the same article each key means: key number -> report number, one to one.

    The same people, nearly the same, or some of them; of several the one of the same day, mode and place in the
    article. A report of others is never taken, however lonely the key.
    """
    pairs = []
    for key in keys:
        for report in reports:
            alike = len(key.people & report.people) / len(key.people | report.people)
            nested = key.people <= report.people or report.people <= key.people
            if key.article_id == report.article_id and (nested or alike >= MOST_ALIKE):
                same_day, same_mode = key.occurred_on == report.occurred_on, key.mode == report.mode
                rank = (-alike, -int(same_day) - int(same_mode), abs(key.position - report.position))
                pairs.append((rank, key.number, report.number))
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, key_id, report_id in sorted(pairs):
        if key_id not in found and report_id not in taken:
            found[key_id] = report_id
            taken.add(report_id)
    return found


def rulings(conn: Connection, article_ids: Collection[int]) -> Ruled:
    """What binds the current reports of these articles. Notes which reports the decisions now mean; does not commit."""
    with conn.cursor() as cursor:
        # Nearly always there is nothing: then this is all that it costs.
        cursor.execute("SELECT FROM core.review_key WHERE article_id = ANY(%s) LIMIT 1", (list(article_ids),))
        if cursor.fetchone() is None:
            return Ruled()
        cursor.execute(
            """
            SELECT action_id, action.kind, key_id, subject.side
            FROM core.review_action AS action JOIN core.review_subject AS subject USING (action_id)
            WHERE action_id IN (SELECT action_id FROM core.review_subject JOIN core.review_key USING (key_id)
                                WHERE article_id = ANY(%s))
              AND NOT EXISTS (SELECT FROM core.review_action AS undo WHERE undo.undoes = action.action_id)
            ORDER BY action_id, key_id
            """,
            (list(article_ids),),
        )
        rows = cursor.fetchall()
        now = resolve(cursor, {key_id for _, _, key_id, _ in rows})
    actions: dict[tuple[int, str], list[tuple[int, str]]] = defaultdict(list)
    for action_id, kind, key_id, side in rows:
        if key_id in now:
            actions[action_id, kind].append((now[key_id], side))
    return fold_decisions(
        Decision(kind, frozenset(r for r, _ in named), frozenset(r for r, side in named if side == "moved"))
        for (_, kind), named in sorted(actions.items())
    )


def bound_articles(conn: Connection, article_ids: Collection[int]) -> set[int]:
    """Articles with reports that a decision ties to reports of these: they have to be settled together."""
    with conn.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT other.article_id
            FROM core.review_key AS named
            JOIN core.review_subject AS mine USING (key_id)
            JOIN core.review_action AS action USING (action_id)
            JOIN core.review_subject AS theirs USING (action_id)
            JOIN core.review_key AS other ON other.key_id = theirs.key_id
            WHERE named.article_id = ANY(%s) AND action.kind IN ('confirm', 'merge', 'split')
              AND NOT EXISTS (SELECT FROM core.review_action AS undo WHERE undo.undoes = action.action_id)
            """,
            (list(article_ids),),
        )
        return {row[0] for row in cursor.fetchall()}


def keys_of(cursor: Cursor, report_ids: Collection[int]) -> dict[int, int]:
    """Report id -> the key that names it; keys are made for current reports that have none."""
    cursor.execute("SELECT DISTINCT article_id FROM core.contact_report WHERE report_id = ANY(%s)", (list(report_ids),))
    articles = [row[0] for row in cursor.fetchall()]
    cursor.execute("SELECT key_id FROM core.review_key WHERE article_id = ANY(%s)", (articles,))
    known = {report: key for key, report in resolve(cursor, {row[0] for row in cursor.fetchall()}).items()}
    for said in _said_now(cursor, articles):
        if said.number in report_ids and said.number not in known:
            cursor.execute(
                """
                INSERT INTO core.review_key (article_id, people, mode, occurred_on, position, report_id)
                VALUES (%s, %s, %s, %s, %s, %s) RETURNING key_id
                """,
                (said.article_id, sorted(said.people), said.mode, said.occurred_on, said.position, said.number),
            )
            known[said.number] = (cursor.fetchone() or (0,))[0]
    return {report: key for report, key in known.items() if report in report_ids}


def resolve(cursor: Cursor, key_ids: Collection[int]) -> dict[int, int]:
    """Key -> current report, for those keys that one answers to; what changed is written down."""
    cursor.execute(
        """
        SELECT key_id, article_id, people, mode, occurred_on, position, report_id FROM core.review_key
        WHERE article_id IN (SELECT article_id FROM core.review_key WHERE key_id = ANY(%s))
        """,
        (list(key_ids),),
    )
    rows = cursor.fetchall()
    keys = [Said(key, article, frozenset(people), *rest) for key, article, people, *rest, _ in rows]
    by_article: dict[int, tuple[list[Said], list[Said]]] = defaultdict(lambda: ([], []))
    for key in keys:
        by_article[key.article_id][0].append(key)
    for report in _said_now(cursor, list(by_article)):
        by_article[report.article_id][1].append(report)
    found = {k: r for mine, reports in by_article.values() for k, r in recognise(mine, reports).items()}
    moved = [(row[0], found[row[0]]) for row in rows if row[0] in found and found[row[0]] != row[-1]]
    execute_values(
        cursor,
        "UPDATE core.review_key SET report_id = fresh.report_id FROM (VALUES %s) AS fresh (key_id, report_id) "
        "WHERE review_key.key_id = fresh.key_id",
        moved,
    )
    return {key: report for key, report in found.items() if key in key_ids}


def _said_now(cursor: Cursor, articles: Collection[int]) -> list[Said]:
    cursor.execute(
        """
        SELECT report_id, article_id, array_agg(person_key), mode, occurred_on, report.position
        FROM core.contact_report AS report JOIN core.report_participant USING (report_id)
        WHERE article_id = ANY(%s) AND is_current
        GROUP BY report_id ORDER BY report_id
        """,
        (list(articles),),
    )
    return [Said(number, article, frozenset(people), *rest) for number, article, people, *rest in cursor.fetchall()]
