"""Plain sentences on leader pairs, as wires, readouts and headlines word them, made from patterns.

    python -m training.contacts.patterns OUT.jsonl [--each 4] [--seed 1]

The slot passages are rich in traps and wrier than news is; these are the everyday wordings that a model must not miss.
A pattern holds choices in (round|brackets), the leaders as 1, 2 and 3 after a dollar sign, and <slots> of SLOTS. Rows
have the form of the candidates that fill.py writes. None lies in fold 0: the model is judged on passages alone.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from pathlib import Path

# ruff: noqa: E501 - a pattern reads best on one line

Row = dict[str, object]
SWAP = {"1": "2", "2": "1", "3": "3"}

SLOTS = {
    "day": ("on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday", "today"),
    "past": ("on Monday", "on Friday evening", "late on Wednesday", "earlier today", "overnight", "yesterday", "this week"),
    "next": ("next week", "on Monday", "tomorrow", "later this month", "in early March", "on June 14", "in the coming days"),
    "city": ("Geneva", "Ankara", "Vienna", "Samarkand", "Doha", "Brussels", "Astana", "Nairobi", "Lisbon", "Jakarta"),
    "land": ("Poland", "Kenya", "Japan", "Chile", "Jordan", "Serbia", "Vietnam", "Canada", "Morocco", "Georgia"),
    "issue": (
        "the situation at the border", "grain exports", "the war", "trade and energy", "the release of prisoners",
        "security guarantees", "the nuclear deal", "the fighting in the north", "climate finance", "migration",
        "the supply of gas", "sanctions", "bilateral ties", "air defence", "the ceasefire", "regional security",
    ),
    "long": ("an hour", "90 minutes", "nearly two hours", "about 40 minutes", "five hours", "half an hour"),
    "year": ("1972", "1986", "1995", "2003", "2009", "2012"),
    "summit": ("G20", "G7", "BRICS", "NATO", "ASEAN", "climate", "APEC"),
    "office": ("the presidential office", "a spokesman", "a government statement", "an aide", "the foreign ministry"),
}  # fmt: skip

# Mode, status, historical; then the patterns, one a line.
HELD = [
    ("phone", "occurred", False, """
$1 (spoke|talked) (by phone|by telephone|on the phone|over the phone) with $2 <past>.
$1 had a (phone|telephone) (call|conversation) with $2.
$1 had a telephone conversation with $2 at (the other side's|the latter's|$2's) initiative.
$1 and $2 (spoke|talked) by (phone|telephone) (for <long>|<past>|about <issue>).
$1 and $2 held a (phone|telephone) (call|conversation) <past> to discuss <issue>.
A telephone conversation took place between $1 and $2.
$1 discussed <issue> (with $2 by phone|in a phone call with $2|during a telephone conversation with $2).
$1 (called|phoned|telephoned|rang) $2 <past> to (discuss <issue>|express his condolences|congratulate him on his victory).
In a (call|phone call) with $2, $1 (urged|pressed|warned) him (over|about|on) <issue>.
$1 (told|warned|assured) $2 in a (call|phone call|telephone conversation) <past> that <issue> could not wait.
$1, $2 (discuss|talk about) <issue> (by phone|in phone call|over phone|in call).
$1 and $2 discuss <issue> in (call|phone call|<long> call).
$1 speaks (by phone|on the phone) with $2 (about|on) <issue>.
In call with $2, $1 (urges restraint|calls for talks|raises <issue>).
(Phone|Telephone) (call|conversation) (with|between) $1 and $2.
Telephone conversation of $1 with $2.
The (call|conversation) between $1 and $2 lasted <long>, <office> said.
During the conversation, $1 informed $2 about <issue>.
$1 thanked $2 for his support during (their|a) phone (call|conversation).
The readout of $1's call with $2 mentioned <issue>.
According to $1's office, $1 and $2 exchanged views by phone on <issue>.
"I have just spoken with $2," $1 wrote (on social media|on Twitter|on Telegram).
"I had a long (call|talk) with $2 about <issue>," $1 said.
$1 said he (had spoken|spoke) (with|to) $2 <past> about <issue>.
$1 (has spoken|spoke) to $2 (three times this month|for the second time this week|again <past>).
It was the first (call|conversation) between $1 and $2 since (the war began|the spring|the election).
$1 held separate phone calls with $2 and $3.
$1 on the phone with $2: <issue> high on the agenda.
$1, $2 and $3 held a (three-way|joint) (phone|telephone) (call|conversation) on <issue>.
"""),
    ("video", "occurred", False, """
$1 chaired a virtual summit with $2, $3 and others.
$1 and $2 (held|had) a video (call|conference|summit) <past>.
$1 spoke with $2 (by video link|via videoconference|in a video call).
$1 held talks with $2 via (videoconference|video link).
$1 and $2 met virtually <past> to discuss <issue>.
$1 talks to $2 by video link (as|while) tension over <issue> grows.
The virtual (summit|meeting) between $1 and $2 lasted <long>.
"""),
    ("in_person", "occurred", False, """
$1 met $2 and $3 separately on the (margins|sidelines) of the <summit> summit.
(Since|Following) the meeting (of|between) $1 and $2, officials (have worked out|are drafting) a plan for <issue>.
$1 (greets|poses with) $2 ahead of (their|a round of) talks in <city>, <day>.
$1, right, and $2, left, (meet|shake hands|pose for a photo) in <city> <day>.
$1 (told|urged|warned|pressed) $2 (in|during) (face-to-face talks|their meeting|talks) (in <city> |)that <issue> must be settled.
$1 and $2 (struck|reached|signed) (a deal|an agreement) on <issue> (in|at talks in) <city>.
$1 and $2 spent (the evening|<long>) together in <city>, over (dinner|tea).
$1 (discussed|raised) <issue> with $2 (on the sidelines of|at) the <summit> summit.
$1 met (with |)$2 (in <city>|on the sidelines of the <summit> summit|<past>).
$1 and $2 met (in <city>|<past>|for <long>|on the margins of the <summit> summit).
$1 (held|had) talks with $2 (in <city>|in <city> <past>|on <issue>).
$1 and $2 (held|had) (talks|a meeting|bilateral talks|one-on-one talks) (in <city>|<past>|on the sidelines of the <summit> summit).
$1 (meets|met) $2 (in <city>|for talks on <issue>|as <issue> looms).
$1, $2 (meet|hold talks) in <city> (on|over|amid row over) <issue>.
$1 sat down with $2 in <city> for <long>.
$1 and $2 shook hands (before|at the start of) their (talks|meeting) in <city>.
The (talks|meeting) between $1 and $2 in <city> lasted <long>.
After meeting $2, $1 (told reporters|said) that <issue> had been discussed.
Speaking after talks with $2 in <city>, $1 said that <issue> (was the main subject|came first).
$1 had (lunch|dinner|breakfast) with $2 in <city>.
$1 attends a meeting with $2 in <city>, <past>.
"""),
    ("visit", "occurred", False, """
$1 (came|flew) to <city> for (a day|a few hours) with $2.
$1 meets $2 in <city> on (first|second|surprise) visit since the war began.
After $1's (visit to|talks in) <city> with $2, both (promised to|agreed to) (cooperate|meet again).
$1 (received|welcomed|hosted|greeted) $2 at the (presidential palace|airport|residence|White House) <past>.
$1 (arrived in|flew to|travelled to) <city> <past> (to meet|for talks with|and held talks with) $2.
$1 (visited|travelled to) <land>, where he (met|held talks with|was received by) $2.
$1 met with $2, who (came|had come) on (an official|a working|a two-day) visit.
$1 made a (surprise|state|two-day) visit to <city> and met $2.
$1 (hosts|welcomes|receives) $2 (in <city>|for talks on <issue>|at the palace).
Visiting $2 in <city>, $1 (pledged|promised) help with <issue>.
$1 held talks with $2 during his visit to <land>.
$2, on a visit to <city>, held talks with $1 on <issue>.
$1 in <city> for talks with $2.
$1 was greeted by $2 (at the airport|with a guard of honour|on arrival in <city>).
"""),
    ("multilateral", "occurred", False, """
$1 received $2, $3 and other leaders in <city>; they spoke over dinner.
$1, $2 and $3 (met|held talks|gathered) in <city> <past>.
$1 and $2 (took part in|attended|joined) the <summit> summit in <city>, alongside $3.
$1 hosted $2, $3 and others at the <summit> summit in <city>.
The leaders, among them $1, $2 and $3, met in <city> to discuss <issue>.
At the <summit> summit, $1 sat next to $2 (as leaders discussed <issue>|at the round table).
"""),
    ("letter", "occurred", False, """
$1 (sent|wrote) a letter to $2 (about|on) <issue>.
$1 wrote to $2 (asking for|proposing) talks on <issue>.
$1 received a (letter|personal letter|written message) from $2.
$1 (replied to a letter from|answered the letter of) $2 <past>.
In a letter to $2, $1 (called for|asked for|raised) <issue>.
"""),
    ("unspecified", "occurred", False, """
$1 (spoke|talked) (with|to) $2 (<past>|about <issue>).
$1 and $2 (spoke|conferred|talked) <past> about <issue>.
$1 said he had discussed <issue> with $2.
$1 and $2 have been in contact about <issue> in recent days.
$1 and $2 agreed in talks <past> to (step up work on|set up a group on) <issue>.
"""),
    ("phone", "planned", False, """
$1 will (thank|brief|consult) $2 in a (call|phone call) <next>.
$1 (will|is to|is due to|plans to) (speak|talk) (by phone |by telephone |)(with|to) $2 <next>.
$1 and $2 (will|are to|are due to|are scheduled to|are expected to) (speak|talk) by phone <next>.
$1 to (call|phone|speak by phone with) $2 <next>.
A (phone|telephone) (call|conversation) between $1 and $2 is (planned|scheduled) for <next>, <office> said.
$1 has a call with $2 (scheduled|planned) <next>.
$1 says he will (call|speak to) $2 (soon|<next>).
"""),
    ("video", "planned", False, """
$1 and $2 will (hold|have) a video (call|conference|summit) <next>.
$1 to hold virtual summit with $2 <next>.
"""),
    ("in_person", "planned", False, """
$1 gets ready to (meet|dine with) $2 in <city>.
The leaders, among them $1, $2 and $3, will meet in <city> <next>.
(All eyes on|What to expect from) (meeting between $1 and $2|$1's meeting with $2) (<next>|in <city>).
"We will meet $2 <next>," $1 said.
$1 (will|is to|is due to|plans to|is expected to) meet (with |)$2 (<next>|in <city> <next>|on the sidelines of the <summit> summit).
$1 and $2 (will|are to|are due to|are expected to|are set to) (meet|hold talks) (<next>|in <city>|in <city> <next>).
$1, $2 to meet (<next>|in <city>|in <city> <next>).
$1 to (meet|hold talks with) $2 (<next>|in <city>|on <issue>).
A meeting between $1 and $2 (will take place|is planned|is scheduled) <next>.
Preparations are under way for a meeting between $1 and $2, <office> said.
Ahead of his meeting with $2, $1 said that <issue> must be solved.
"""),
    ("visit", "planned", False, """
$1 (will|is to|is due to|plans to) (travel to|visit|fly to) <city> <next> (to meet|for talks with) $2.
$1 (will|is to) (host|receive|welcome) $2 <next>.
$1 to visit <city> <next>, meet $2.
$1 will pay a (state|working|official) visit to <land> at the invitation of $2.
$1 heads to <city> to (meet|see) $2 <next>.
$1 accepted an invitation from $2 and will visit <land> in the autumn.
"""),
    ("multilateral", "planned", False, """
$1 and $2 (will|are to) (attend|join) the <summit> summit in <city> <next>, with $3 as host.
$1, $2 and $3 (will|are to) meet in <city> <next>.
"""),
    ("in_person", "proposed", False, """
$1 (offered|proposed|suggested) (a meeting with|to meet) $2 (in <city>|to end the dispute over <issue>|).
$1 (said he was|is) (ready|willing|prepared) to (meet|sit down with|hold talks with) $2.
$1 (called for|wants|seeks|asked for) a meeting with $2 (over|on) <issue>.
$1 and $2 agreed in principle to (meet|hold a summit).
"There should be a meeting with $2," $1 said.
$1 (says he is open|open) to (meeting|talks with) $2.
"""),
    ("visit", "proposed", False, """
$1 (invited|has invited) $2 to (visit|come to|pay a visit to) (<land>|<city>|his country).
$1 (invites|extends invitation to) $2 (to visit|for a visit to) <land>.
$1 invited $2 to talks in <city>; there has been no reply.
"""),
    ("phone", "proposed", False, """
$1 (offered|proposed) to (speak|talk) with $2 by phone.
$1 (asked for|requested|seeks) a (call|phone call|telephone conversation) with $2.
$1 said he (would be|was) ready to (call|phone|speak by phone with) $2.
"""),
    ("in_person", "cancelled", False, """
$1 (axed|scrapped|dropped) (a|their|his) meeting with $2 (over|in a row over) <issue>.
$1 (pulled out of|withdrew from|will not attend) (a|the) (planned |)(meeting|summit) with $2.
$1 (snubs|snubbed) $2 and cancels (talks|their meeting).
$1 (cancelled|called off|scrapped|postponed|put off) (a|his|the) (planned |scheduled |)(meeting|talks|summit) with $2.
(A|The) (planned |)meeting between $1 and $2 (was cancelled|was called off|has been postponed|will not take place).
$1 pulls out of (talks|meeting|summit) with $2.
$1 cancels meeting with $2 (over|in row over) <issue>.
"""),
    ("visit", "cancelled", False, """
$1 (cancelled|called off|postponed|scrapped) (a|his) (planned |)(trip|visit) to <city>, where he was to meet $2.
$1 cancels (trip|visit) to <land> (and talks with|after row with) $2.
"""),
    ("phone", "cancelled", False, """
(A|The) (planned |scheduled |)(phone |)call between $1 and $2 (was cancelled|was called off|has been postponed).
$1 (called off|cancelled|put off) a phone call with $2.
"""),
    ("phone", "denied", False, """
$1 said he had not (spoken|talked) to $2 (in months|since the summer|about <issue>).
$1 told reporters that he (has|had) not (spoken|talked) (to|with) $2 since <issue> came up.
"I have not spoken to $2," $1 said.
$1's office (denied|rejected reports) that $1 had (spoken|talked) (to|with) $2 (by phone |)(<past>|).
$1 (denied|denies) (having spoken|speaking) (to|with) $2 by phone.
There was no (call|phone call|conversation) between $1 and $2, <office> said.
(Reports|A report) of a (call|phone call) between $1 and $2 (were|are|is) (false|untrue|not true), <office> said.
The office of $1 denied that he had spoken to $2 by phone.
"""),
    ("in_person", "denied", False, """
$1 (denied|denies) (having met|meeting|holding secret talks with) $2.
$1's office denied that (a meeting with $2 had taken place|he had met $2 in <city>).
"""),
    ("phone", "ongoing", False, """
$1 and $2 are (speaking|talking) by phone (at the moment|right now).
A phone call between $1 and $2 is under way, <office> said.
"""),
    ("in_person", "ongoing", False, """
$1 and $2 are (meeting|holding talks|in talks) in <city> (at this hour|right now|today).
The talks between $1 and $2 in <city> (are under way|have begun|have started).
$1 (is meeting|is holding talks with) $2 in <city>.
"""),
    ("in_person", "occurred", True, """
In <year>, $1 and $2 met in <city>.
$1 (met|first met|held talks with) $2 (in <city> |)in <year>.
$1 recalled (his|their) meeting with $2 in <city> in <year>.
The <year> summit of $1 and $2 in <city> (changed|shaped) relations for a decade.
File photo: $1 and $2 shake hands (at the <summit> summit in <year>|in <city> in <year>).
When $1 and $2 met in <city> two years ago, <issue> was not a subject.
It was at their (meeting|summit) in <city> last year that $1 and $2 agreed on <issue>.
"""),
    ("phone", "occurred", True, """
$1 writes in his memoirs that $2 had (called|phoned) him in <year>.
In a phone call in <year>, $1 (told|warned) $2 that <issue> would come back.
$1 and $2 (last spoke|had last spoken) by phone (in <year>|two years ago|more than a year ago).
"""),
    ("visit", "occurred", True, """
When $1 visited $2 (last year|in the spring of last year|months ago), <issue> was on the table.
$1 visited $2 in <city> in <year>.
$1's visit to $2 in <year> is remembered for (a handshake|its menu|the rain).
"""),
]  # fmt: skip

NONE = """
After a call with $3, $1 said that $2 was (wrong|right) on <issue>.
$1 thanked $2's people for their help.
$1 (accused|blamed) $2 (of|for) (breaking the treaty|fuelling the war|lying about <issue>).
$1 (criticised|condemned|mocked|praised|thanked) $2 (over|for his stance on) <issue>.
$1 (said|says) $2 (must|should) (withdraw his troops|stop the war|do more on <issue>).
$1 (urges|calls on) $2 to (end the war|free the prisoners|lift the blockade).
$1 (warned|warns) $2 (against|of consequences of) (an attack|an invasion|sending arms).
$1 said that $2 (did not want peace|could not be trusted|was wrong on <issue>).
$1 (does not believe|doubts) that $2 (wants|is ready for) peace.
$1 (refused|refuses|declined|ruled out) (to meet|to speak to|talks with|a meeting with) $2.
$1 has no plans to (meet|speak with|call) $2, <office> said.
$1 and $2 have not (spoken|met|talked) since (the election|the war began|last autumn).
No meeting between $1 and $2 is (planned|foreseen|on the agenda), <office> said.
$1 congratulated $2 on (his victory|the national holiday|his birthday).
$1 sent (a message of congratulation|greetings|condolences|a telegram) to $2.
$1's (foreign minister|defence minister|envoy|national security adviser) met $2's (counterpart|envoy|aide) in <city>.
$1 sent his (foreign minister|envoy) to <city> to meet $2's (envoys|advisers).
The foreign ministers of the two countries (spoke by phone|met in <city>), while $1 and $2 stayed silent.
$1 spoke by phone with (the foreign minister|the defence minister|the parents of the hostage), and $2 was not (involved|told).
$1 met (business leaders|students|troops|the opposition leader) in <city>; $2 was at a rally at home.
$1 and $2 both (won elections|condemned the attack|spoke at the rally|face elections) (last year|this month|<past>).
Voters compare $1 with $2 (when they think of|on) <issue>.
$1 is (more popular|less trusted) than $2, a poll shows.
$1, like $2, has (come under pressure over|little to say on) <issue>.
$1 (signed|rejected) the (law|decree) on <issue> a day after $2 (did so|spoke of it).
Relations between $1 and $2 have (soured|cooled|improved) since (the war|the row over <issue>).
The (rivalry|friendship|feud) between $1 and $2 has shaped <issue>.
Supporters of $1 (burned portraits of|marched against) $2.
Shares rose as investors weighed the remarks of $1 and $2 on <issue>.
$1 (backs|supports|rejects|welcomes) $2's (plan|proposal|call) (for|on) <issue>.
$1 answered $2's (speech|remarks) on <issue> in a (television interview|speech to parliament).
What $1 and $2 (want|stand to lose) in the quarrel over <issue>.
$1 told reporters that $2's (speech|move|decree) was a mistake.
$1 was asked about $2 (at a news conference|in an interview) and talked about <issue>.
$1 (may|might|could) one day meet $2, analysts say, but not soon.
If $1 and $2 were to meet, <issue> would (come first|be the test), said an analyst.
$1 (spoke|addressed the nation) about <issue> and about $2's threats.
$1 flew to <city> without (seeing|meeting) $2.
$1 and $2 (were absent|did not attend) as ministers met in <city>.
$1 announced (sanctions against|a travel ban on) $2.
$1's phone was tapped by the services of $2, a newspaper reports.
An actor playing $1 calls an actor playing $2 in the new film.
$1 discussed $2's (offer|plan) with (ministers|his security council|lawmakers).
$1 and $3 spoke by phone about $2.
$1 met $3 in <city> and they talked about $2's (war|plan|offer).
$3 spoke to $1 (on Monday and|, and a day later) wrote an essay about $2.
$1 called $2 a (dictator|killer|good man|strong leader).
$1 told a rally that $2 would never dare to attack.
Western leaders, including $1 and $2, condemned the (attack|vote|test).
$1 and $2 issued (statements|a joint statement) on <issue>.
$1 told $3 in <city> that $2 was to blame for <issue>.
$1 quoted $2 in his speech on <issue>.
The book tells how $1 came to power and how $2 lost it.
$1 takes over the rotating presidency from $2.
Police in <city> detained protesters with banners against $1 and $2.
"""

LONE = [
    ("visit", "occurred", False, """
$1 (arrived in|landed in|flew into) <city> <past> for (talks|a two-day visit|a state visit).
$1 (visits|makes surprise visit to|arrives in|in) <city>(| for talks| on first foreign trip).
$1 (paid|made) a (surprise|short|historic|state) visit to <land> <past>.
"""),
    ("visit", "planned", False, """
$1 (will|is to|plans to) (visit|travel to) (<land>|<city>) <next>.
$1 to (visit|travel to) (<land>|<city>) <next>.
"""),
    ("visit", "cancelled", False, """
$1 (cancels|postpones|called off|put off) (a |)(trip|visit) to (<land>|<city>).
"""),
]  # fmt: skip

LONE_NONE = """
$1 met (students|business leaders|troops|survivors) in <city>.
$1 spoke by phone with (the governor|the coach|the families of the victims|an astronaut).
$1 told (reporters|a rally|parliament|a news agency by phone) that <issue> was urgent.
$1 addressed the nation on <issue>.
$1 (signed a decree|chaired a meeting|gave an interview) on <issue>.
$1 received the (ambassador|foreign minister) of <land>.
$1 visited (a school|a factory|the front line|flooded villages) <past>.
$1 said (the war|the talks) would (go on|end soon).
$1 discussed <issue> with (his cabinet|the foreign minister of <land>|the head of a bank).
"""

CONTEXT = (
    "No further details were given.", "Oil prices rose slightly.", "The statement did not say when.",
    "Officials in both capitals declined to comment.", "The opposition called it a show.", "Rain delayed the ceremony.",
    "Parliament will debate the matter next month.", "The two countries share a long border.",
    "Thousands of people have fled their homes.", "Analysts expect no quick result.", "Trade between them has grown.",
    "The foreign ministers were also in the room.", "It comes as fighting goes on in the north.",
    "Earlier, the defence ministers of the alliance had met.", "The war is in its second year.", "Elections are due in May.",
    "Flags flew at half-mast.", "Several newspapers carried the story on their front pages.",
    "The Security Council is to meet on the matter.", "A spokeswoman confirmed the report.",
    "The agenda: <issue>, <issue> and <issue>.", "Much of the day was about <issue>.", "A dispute over <issue> has dragged on.",
)  # fmt: skip


def expand(pattern: str, rng: random.Random) -> str:
    """One sentence of a pattern: a choice per bracket, a filling per slot, the markers for the leaders."""
    text = re.sub(r"\(([^()]*)\)", lambda m: rng.choice(m[1].split("|")), pattern)
    for _ in range(2):  # a slot may stand in a choice
        text = re.sub(r"<(\w+)>", lambda m: rng.choice(SLOTS[m[1]]), text)
    text = re.sub(r"\$([123])", r"[unused\1]", text)
    return " ".join(text.replace(" ,", ",").split()).replace(" .", ".")


def rows(each: int, rng: random.Random) -> list[Row]:
    """`each` rows of every pattern, no text twice."""
    lists = [(1, *kind[:3], kind[3]) for kind in HELD] + [(0, "unspecified", "occurred", False, NONE)]
    lone = [(1, *kind[:3], kind[3]) for kind in LONE] + [(0, "unspecified", "occurred", False, LONE_NONE)]
    out: dict[str, Row] = {}
    number = 0
    for contact, mode, status, historical, block in lists + lone:
        for pattern in block.strip().splitlines():
            number += 1
            for _ in range(each):
                target = expand(pattern, rng)
                if rng.random() < 0.2 and "[unused2]" in target:
                    target = re.sub(r"\[unused([123])\]", lambda m: f"[unused{SWAP[m[1]]}]", target)
                if rng.random() < 0.25:
                    target = target.removesuffix(".")
                context = [expand(c, rng) for c in rng.sample(CONTEXT, rng.choice((0, 0, 1, 2)))]
                out.setdefault(
                    target,
                    {
                        "target": target, "context": " | ".join(context), "contact": contact, "historical": historical,
                        "status": status, "mode": mode, "weight": 1.0, "sentence": 0, "direct": True,
                        "passage": f"pattern-{number:03d}", "fold": number % 9 + 1,
                    },
                )  # fmt: skip
    return list(out.values())


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("out", type=Path)
    ap.add_argument("--each", type=int, default=4)
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    made = rows(a.each, random.Random(a.seed))
    a.out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in made), encoding="utf-8")
    print(f"{len(made)} rows, {sum(bool(r['contact']) for r in made)} contacts")


if __name__ == "__main__":
    main()
