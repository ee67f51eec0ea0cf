"""From a question to its answer: retrieve, fill the prompt, ask the model."""

from llama_index.core import Document, PromptTemplate, VectorStoreIndex, get_response_synthesizer
from llama_index.core.query_engine import RetrieverQueryEngine

from .embedding import HashedWords
from .model import QuotingModel
from .retriever import NearestDocuments

PROMPT = PromptTemplate(
    "Answer from these documents alone, and say which one you quote.\n\n"
    "{context_str}\n\n"
    "Question: {query_str}\n"
)


class Engines:
    def __init__(self, documents: list[Document]) -> None:
        index = VectorStoreIndex.from_documents(documents, embed_model=HashedWords())
        self.ranked = index.as_retriever(similarity_top_k=len(documents))
        self.synthesizer = get_response_synthesizer(llm=QuotingModel(), text_qa_template=PROMPT)

    def nearest(self, k: int) -> RetrieverQueryEngine:
        """The one that answers from the k documents nearest to a question."""
        return RetrieverQueryEngine(NearestDocuments(self.ranked, k), self.synthesizer)
