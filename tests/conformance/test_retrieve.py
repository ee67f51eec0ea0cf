# SPDX-License-Identifier: BSD-2-Clause
"""test_retrieve.py - the contract retrieve: the same documents found by every library.

What must be found is computed here from the contract's words, in whole numbers: so ties are ties.
"""
import collections
import fractions
import json
import random
import re

import catalog
from client import Findings, expect, expect_invalid


def applies(workload):
    return workload.contract == "retrieve"


def documents(workload):
    return json.loads((workload.source / "documents.json").read_text())


def buckets(text):
    """bucket -> count: each word of a-z0-9, hashed by FNV-1a of 32 bits into 256."""
    counts = collections.Counter()
    for word in re.findall("[a-z0-9]+", text.lower()):
        state = 2166136261
        for byte in word.encode():
            state = (state ^ byte) * 16777619 % 2**32
        counts[state % 256] += 1
    return counts


def nearest(everything, question):
    """Ids, nearest first. The question's own length scales all alike, so it is left out; squares
    keep the order, since no count is negative."""
    asked = buckets(question)

    def key(document):
        counts = buckets(f"{document['title']} {document['text']}")
        product = sum(count * counts[bucket] for bucket, count in asked.items())
        length = sum(count * count for count in counts.values())
        return -fractions.Fraction(product * product, length), document["id"]
    return [document["id"] for document in sorted(everything, key=key)]


def wanted(everything, question, k):
    ids = nearest(everything, question)[:k]
    (first,) = [d for d in everything if d["id"] == ids[0]]
    sentence = re.match(r".+?[.!?](?=\s|$)", first["text"], re.S)[0]
    return {"answer": f'According to "{first["title"]}": {sentence}', "sources": ids}


def questions(everything):
    """Written ones, each title, and 60 of words that the documents have."""
    chance = random.Random(4)
    words = sorted(set(re.findall("[a-z0-9]+", " ".join(d["text"] for d in everything).lower())))
    written = ["What does a cold start consist of?", "How long may a graceful shutdown take?",
               "Which percentile of latency should I report?", "the", "?", " ", "xyzzy", "日本",
               "THE MEMORY LIMIT", "memory memory memory", "a" * 1000, "What's a retry-budget?",
               "\"quoted\" {braces} %s <b>", "line\nbreak"]
    return [*written, *(d["title"] for d in everything),
            *(" ".join(chance.sample(words, chance.randint(1, 12))) for _ in range(60))]


def test_finds_what_the_contract_says(service):
    everything = documents(service.workload)
    with Findings() as findings:
        for number, question in enumerate(questions(everything)):
            k = number % 5 + 1
            with findings.each():
                expect(service.post("/ask", {"question": question, "k": k}), 200,
                       wanted(everything, question, k), f"{question[:60]!r}, {k}")


def test_finds_three_where_no_number_is_given(service):
    everything = documents(service.workload)
    for document in everything:
        expect(service.post("/ask", {"question": document["text"]}), 200,
               wanted(everything, document["text"], 3), document["title"])


def test_an_invalid_question_is_422(service):
    bodies = {"no question": {}, "an empty question": {"question": ""},
              "a question of 1001 characters": {"question": "x" * 1001},
              "a number as question": {"question": 5}, "null as question": {"question": None},
              "an array as question": {"question": ["x"]}, "null": "null", "an array": [],
              "no JSON": "{", "empty": ""}
    for k in (0, 6, -1, 1.5, "3", True, [1]):
        bodies[f"{json.dumps(k)} as k"] = {"question": "x", "k": k}
    with Findings() as findings:
        for what, body in bodies.items():
            with findings.each():
                expect_invalid(service.post("/ask", body), what)


def test_all_have_the_same_documents(workloads):
    """Of those, too, that don't run at this level: their sources are there."""
    assert workloads
    every = [w for w in catalog.workloads() if applies(w)]
    assert [d["id"] for d in documents(every[0])] == list(range(1, 13))
    texts = {w.name: (w.source / "documents.json").read_bytes() for w in every}
    assert len(set(texts.values())) == 1, f"they differ: {sorted(texts)}"
