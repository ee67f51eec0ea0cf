"""The documents that answers come from."""

import json
from pathlib import Path

from llama_index.core import Document


def load_documents(path: Path) -> list[Document]:
    """The title is embedded and shown to the model with the text, the id is not."""
    return [
        Document(
            id_=str(entry["id"]),
            text=entry["text"],
            metadata={"id": entry["id"], "title": entry["title"]},
            excluded_embed_metadata_keys=["id"],
            excluded_llm_metadata_keys=["id"],
            metadata_template="{value}",
            text_template="# {metadata_str}\n{content}",
        )
        for entry in json.loads(path.read_text())
    ]
