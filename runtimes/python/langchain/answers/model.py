"""Stands in for a language model: it quotes the first document that it is given."""

import re
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

FIRST = re.compile(r"^# (?P<title>.+)\n(?P<sentence>.+?[.!?])(?=\s|$)", re.MULTILINE)


class QuotingModel(BaseChatModel):
    @property
    def _llm_type(self) -> str:
        return "quoting"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        first = FIRST.search(messages[0].text)
        quote = f'According to "{first["title"]}": {first["sentence"]}'
        return ChatResult(generations=[ChatGeneration(message=AIMessage(quote))])
