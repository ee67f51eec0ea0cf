"""From a question to its answer: retrieve, fill the prompt, ask the model."""

from langchain_classic.chains.combine_documents import create_stuff_documents_chain
from langchain_classic.chains.retrieval import create_retrieval_chain
from langchain_core.documents import Document
from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.vectorstores import InMemoryVectorStore

from .embedding import HashedWords
from .model import QuotingModel
from .retriever import NearestDocuments

PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "Answer from these documents alone, and say which one you quote.\n\n{context}"),
        ("human", "{input}"),
    ]
)
DOCUMENT_PROMPT = PromptTemplate.from_template("# {page_content}")


def make_chain(documents: list[Document]) -> Runnable:
    store = InMemoryVectorStore.from_documents(documents, HashedWords())
    retriever = NearestDocuments(store=store, total=len(documents))

    def retrieve(asked: dict) -> list[Document]:
        return retriever.invoke(asked["input"], k=asked["k"])

    answer = create_stuff_documents_chain(QuotingModel(), PROMPT, document_prompt=DOCUMENT_PROMPT)
    return create_retrieval_chain(RunnableLambda(retrieve), answer)
