import { SimpleChatModel } from '@langchain/core/language_models/chat_models';

const FIRST = /^# (?<title>.+)\n(?<sentence>.+?[.!?])(?=\s|$)/m;

/* Stands in for a language model: it quotes the first document that it is given. */
export class QuotingModel extends SimpleChatModel {
	constructor() {
		super({});
	}

	_llmType() {
		return 'quoting';
	}

	async _call([system]) {
		const { title, sentence } = system.text.match(FIRST).groups;

		return `According to "${title}": ${sentence}`;
	}
}
