import { BaseRetriever } from '@langchain/core/retrievers';

const round = (score) => Math.round(score * 1e9);

/* The documents nearest to a question. The store leaves open which of two equally near ones comes
   first: the smaller id does. So all of its documents are ranked, which a dozen allow. */
export class NearestDocuments extends BaseRetriever {
	lc_namespace = ['answers', 'retrievers'];

	constructor({ store, total, k }) {
		super();
		Object.assign(this, { store, total, k });
	}

	async _getRelevantDocuments(query) {
		const found = await this.store.similaritySearchWithScore(query, this.total);

		return found
			.sort(([a, near], [b, nearer]) => round(nearer) - round(near) || a.metadata.id - b.metadata.id)
			.slice(0, this.k)
			.map(([document]) => document);
	}
}
