"""A table of addresses: what is one article under many names, and what only looks so."""

from __future__ import annotations

import pytest

from pipeline.ingest.identity import url_key

# The key, and addresses that all mean it.
SAME = {
    "courier.example/world/talks-2301": [
        "http://courier.example/world/talks-2301",
        "http://courier.example:80/world/talks-2301",
        "https://courier.example:443/world/talks-2301",
        "https://www.courier.example/world/talks-2301",
        "https://www2.courier.example/world/talks-2301",
        "https://WWW.Courier.Example/world/talks-2301",
        "https://courier.example./world/talks-2301",
        "https://m.courier.example/world/talks-2301",
        "https://mobile.courier.example/world/talks-2301",
        "https://touch.courier.example/world/talks-2301",
        "https://amp.courier.example/world/talks-2301",
        "https://www.m.courier.example/world/talks-2301",
        "https://courier.example/world/talks-2301/",
        "https://courier.example/world/talks-2301//",
        "https://courier.example//world//talks-2301",
        "https://courier.example/./world/talks-2301",
        "https://courier.example/sport/../world/talks-2301",
        "https://courier.example/world/talks-2301#section",
        "https://courier.example/world/talks-2301#:~:text=spoke",
        "https://courier.example/world/talks-2301?",
        "https://courier.example/world/talks-2301/?",
        "https://courier.example/world/talks-2301/amp",
        "https://courier.example/world/talks-2301/amp/",
        "https://courier.example/world/talks-2301.amp",
        "https://courier.example/world/talks-2301?amp",
        "https://courier.example/world/talks-2301?amp=1",
        "https://courier.example/world/talks-2301?amp=true",
        "https://courier.example/world/talks-2301?outputType=amp",
        "https://courier.example/world/talks-2301?output=amp",
        "https://courier.example/world/talks-2301?view=amp",
        "https://courier.example/world/talks-2301?__twitter_impression=true",
        "https://www-courier-example.cdn.ampproject.org/c/s/www.courier.example/world/talks-2301",
        "https://www-courier-example.cdn.ampproject.org/v/s/www.courier.example/world/talks-2301?amp_js_v=0.1&usqp=mq331",
        "https://www.google.com/amp/s/www.courier.example/world/talks-2301",
        "https://www.google.co.uk/amp/s/amp.courier.example/world/talks-2301",
        "https://courier.example/world/talks-2301/index.html",
        "https://courier.example/world/talks-2301/index.php",
        "https://courier.example/world/talks-2301/default.aspx",
        "https://courier.example/world/talks-2301;jsessionid=0A1B2C",
        "https://courier.example/world/talks-2301?PHPSESSID=abc123",
        "https://courier.example/world/talks-2301?print=true",
        "https://courier.example/world/talks-2301?utm_source=rss",
        "https://courier.example/world/talks-2301?utm_source=rss&utm_medium=feed&utm_campaign=all&utm_term=x",
        "https://courier.example/world/talks-2301?UTM_Source=rss",
        "https://courier.example/world/talks-2301?at_medium=RSS&at_campaign=KARANGA",
        "https://courier.example/world/talks-2301?ns_mchannel=rss&ns_source=PublicRSS20-sa",
        "https://courier.example/world/talks-2301?xtor=RSS-3208",
        "https://courier.example/world/talks-2301?fbclid=IwAR0",
        "https://courier.example/world/talks-2301?gclid=1&gad_source=1&gbraid=2&wbraid=3",
        "https://courier.example/world/talks-2301?msclkid=1",
        "https://courier.example/world/talks-2301?twclid=1&s_cid=2",
        "https://courier.example/world/talks-2301?mc_cid=1&mc_eid=2",
        "https://courier.example/world/talks-2301?_ga=2.1.3&_gl=1*abc",
        "https://courier.example/world/talks-2301?_hsenc=p2&_hsmi=1",
        "https://courier.example/world/talks-2301?mkt_tok=abc",
        "https://courier.example/world/talks-2301?igshid=1&igsh=2",
        "https://courier.example/world/talks-2301?yclid=9",
        "https://courier.example/world/talks-2301?ttclid=1&li_fat_id=2",
        "https://courier.example/world/talks-2301?pk_campaign=a&mtm_source=b",
        "https://courier.example/world/talks-2301?CMP=share_btn_tw",
        "https://courier.example/world/talks-2301?cmpid=socialflow",
        "https://courier.example/world/talks-2301?ocid=wsnews.chat-apps",
        "https://courier.example/world/talks-2301?smid=tw-share&smtyp=cur",
        "https://courier.example/world/talks-2301?emc=rss&partner=rss",
        "https://courier.example/world/talks-2301?itid=hp-top&wpisrc=nl_most",
        "https://courier.example/world/talks-2301?srnd=premium&sref=abc",
        "https://courier.example/world/talks-2301?feedType=RSS&feedName=worldNews",
        "https://courier.example/world/talks-2301?maca=en-rss-en-all-1573-rdf",
        "https://courier.example/world/talks-2301?traffic_source=rss",
        "https://courier.example/world/talks-2301?ref=rss&referrer=feed&ref_src=twsrc",
        "https://courier.example/world/talks-2301?source=rss&from=newsletter",
        "https://courier.example/world/talks-2301?sara_ecid=soc_upd&dicbo=v2",
        "https://courier.example/world/talks-2301?guccounter=1&guce_referrer=x",
        "https://courier.example/world/talks-2301?wt_mc=rss.red",
        "https://courier.example/world/talks-2301?share=twitter",
        "https://courier.example/%77orld/talks-2301",
        " https://courier.example/world/talks-2301\n",
        "courier.example/world/talks-2301",
    ],
    "courier.example/a.html": ["https://courier.example/a.amp.html", "https://courier.example/a.html?amp=1"],
    "courier.example/s?a=1&b=2": ["https://courier.example/s?b=2&a=1", "https://courier.example/s?a=1&utm_id=3&b=2"],
    "xn--bcher-kva.example/a": ["https://bücher.example/a", "https://xn--bcher-kva.example/a"],
    "courier.example/caf%C3%A9": ["https://courier.example/café", "https://courier.example/caf%c3%a9"],
    "courier.example/a%20b": ["https://courier.example/a b", "https://courier.example/a%20b"],
    "courier.example": ["https://courier.example", "https://www.courier.example/", "http://courier.example/index.html"],
    "courier.example:8080/a": ["http://courier.example:8080/a", "http://www.courier.example:8080/a/"],
    "[2001:db8::1]/a": ["http://[2001:DB8::1]/a", "http://[2001:db8::1]:80/a/"],
}

# Pairs that must stay apart: merging them would lose an article.
APART = [
    ("https://c.example/a?id=1", "https://c.example/a?id=2"),
    ("https://c.example/?p=1", "https://c.example/?p=2"),
    ("https://c.example/index.php?newsid=1", "https://c.example/index.php?newsid=2"),
    ("https://c.example/a?source=4711", "https://c.example/a?source=4712"),
    ("https://c.example/a?cid=88", "https://c.example/a?cid=89"),
    ("https://c.example/story?sh=1", "https://c.example/story?sh=2"),
    ("https://c.example/A", "https://c.example/a"),
    ("https://c.example/a?q=A", "https://c.example/a?q=a"),
    ("https://c.example/2023/03/01/", "https://c.example/2023/03/02/"),
    ("https://c.example/ampere", "https://c.example/ere"),
    ("https://c.example/champ", "https://c.example/ch"),
    ("https://c.example/a-1", "https://c.example/a-1-2"),
    ("https://c.example/live/1?page=1", "https://c.example/live/1?page=2"),
    ("https://en.c.example/a", "https://fr.c.example/a"),
    ("https://news.c.example/a", "https://sport.c.example/a"),
    ("https://c.example/a", "https://c.test/a"),
    ("https://m.example/a", "https://example/a"),
    ("https://c.example/print/a", "https://c.example/a"),
    ("https://c.example/a.html", "https://c.example/a.pdf"),
    ("http://c.example:8001/a", "http://c.example:8002/a"),
    ("https://c.example/a%2Fb", "https://c.example/a/c"),
    ("https://www.google.com/amplifier/a", "https://a"),
]


@pytest.mark.parametrize(("key", "url"), [(key, url) for key, urls in SAME.items() for url in urls])
def test_one_article_has_one_key(key: str, url: str) -> None:
    assert url_key(url) == key
    assert url_key(key) == key


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_articles_have_two(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)
