import { Embeddings } from '@langchain/core/embeddings';

const BUCKETS = 256;

/* The words are ASCII, so that a character is a byte. */
function fnv1a(word) {
	let value = 0x811c9dc5;

	for (const character of word)
		value = Math.imul(value ^ character.charCodeAt(0), 0x01000193);
	return value >>> 0;
}

/* The last place is for a text without words: stores divide by the length, none may be 0. */
function embed(text) {
	const words = text.toLowerCase().match(/[a-z0-9]+/g);
	const vector = new Array(BUCKETS + 1).fill(0);

	if (!words) {
		vector[BUCKETS] = 1;
		return vector;
	}
	for (const word of words)
		vector[fnv1a(word) % BUCKETS]++;

	const length = Math.hypot(...vector);

	return vector.map((count) => count / length);
}

/* Texts as bags of hashed words: no model, no network, the same in every language. */
export class HashedWords extends Embeddings {
	constructor() {
		super({});
	}

	async embedDocuments(texts) {
		return texts.map(embed);
	}

	async embedQuery(text) {
		return embed(text);
	}
}
