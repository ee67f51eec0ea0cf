import { createStuffDocumentsChain } from '@langchain/classic/chains/combine_documents';
import { createRetrievalChain } from '@langchain/classic/chains/retrieval';
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory';
import { ChatPromptTemplate, PromptTemplate } from '@langchain/core/prompts';

import { HashedWords } from './embedding.js';
import { QuotingModel } from './model.js';
import { NearestDocuments } from './retriever.js';

const prompt = ChatPromptTemplate.fromMessages([
	['system', 'Answer from these documents alone, and say which one you quote.\n\n{context}'],
	['human', '{input}'],
]);
const documentPrompt = PromptTemplate.fromTemplate('# {page_content}');

/* Gives what makes the chain from a question to its answer, by way of the |k| nearest documents:
   retrieve them, fill the prompt, ask the model. */
export async function makeChains(documents) {
	const store = await MemoryVectorStore.fromDocuments(documents, new HashedWords());
	const combineDocsChain = await createStuffDocumentsChain({
		llm: new QuotingModel(),
		prompt,
		documentPrompt,
	});

	return (k) => {
		const retriever = new NearestDocuments({ store, total: documents.length, k });

		return createRetrievalChain({ retriever, combineDocsChain });
	};
}
