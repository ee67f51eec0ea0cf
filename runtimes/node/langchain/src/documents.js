import { readFile } from 'node:fs/promises';

import { Document } from '@langchain/core/documents';

/* The documents that answers come from. */
export async function loadDocuments(file) {
	const entries = JSON.parse(await readFile(file, 'utf8'));

	return entries.map(
		({ id, title, text }) => new Document({ pageContent: `${title}\n${text}`, metadata: { id } }),
	);
}
