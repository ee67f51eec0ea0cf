"""Stands in for a language model: it quotes the first document that it is given."""

import re
from typing import Any

from llama_index.core.llms import (
    CompletionResponse,
    CompletionResponseGen,
    CustomLLM,
    LLMMetadata,
)
from llama_index.core.llms.callbacks import llm_completion_callback

FIRST = re.compile(r"^# (?P<title>.+)\n(?P<sentence>.+?[.!?])(?=\s|$)", re.MULTILINE)


class QuotingModel(CustomLLM):
    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="quoting", context_window=16_384)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        first = FIRST.search(prompt)
        return CompletionResponse(text=f'According to "{first["title"]}": {first["sentence"]}')

    @llm_completion_callback()
    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        yield self.complete(prompt, formatted, **kwargs)
