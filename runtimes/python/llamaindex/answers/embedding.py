"""Texts as bags of hashed words: no model, no network, the same in every language."""

import math
import re
from collections import Counter

from llama_index.core.embeddings import BaseEmbedding

BUCKETS = 256


def fnv1a(word: str) -> int:
    value = 0x811C9DC5
    for byte in word.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def embed(text: str) -> list[float]:
    """The last place is for a text without words: stores divide by the length, none may be 0."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    counts = Counter(fnv1a(word) % BUCKETS for word in words)
    if not counts:
        return [0.0] * BUCKETS + [1.0]
    length = math.hypot(*counts.values())
    return [counts[bucket] / length for bucket in range(BUCKETS)] + [0.0]


class HashedWords(BaseEmbedding):
    def _get_text_embedding(self, text: str) -> list[float]:
        return embed(text)

    def _get_query_embedding(self, query: str) -> list[float]:
        return embed(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return embed(query)
