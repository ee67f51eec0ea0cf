"""The documents that answers come from."""

import json
from pathlib import Path

from langchain_core.documents import Document


def load_documents(path: Path) -> list[Document]:
    return [
        Document(
            id=str(entry["id"]),
            page_content=f"{entry['title']}\n{entry['text']}",
            metadata={"id": entry["id"]},
        )
        for entry in json.loads(path.read_text())
    ]
