"""The documents nearest to a question."""

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle


class NearestDocuments(BaseRetriever):
    """The index leaves open which of two equally near documents comes first: the smaller id does.

    So the retriever that it asks ranks all of them, which a dozen allow.
    """

    def __init__(self, ranked: BaseRetriever, k: int) -> None:
        self._ranked = ranked
        self._k = k
        super().__init__()

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        found = self._ranked.retrieve(query_bundle)
        found.sort(key=lambda node: (-round(node.score, 9), node.metadata["id"]))
        return found[: self._k]
