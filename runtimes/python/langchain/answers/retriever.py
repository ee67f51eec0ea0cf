"""The documents nearest to a question."""

from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore


class NearestDocuments(BaseRetriever):
    """The store leaves open which of two equally near documents comes first: the smaller id does.

    So all of its documents are ranked, which a dozen allow.
    """

    store: VectorStore
    total: int

    def _get_relevant_documents(self, query: str, *, k: int, **kwargs: Any) -> list[Document]:
        found = self.store.similarity_search_with_score(query, k=self.total)
        found.sort(key=lambda pair: (-round(pair[1], 9), pair[0].metadata["id"]))
        return [document for document, _ in found[:k]]
