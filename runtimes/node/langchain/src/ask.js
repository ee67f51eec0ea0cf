/* A question as clients put it, and its answer. */
export const question = {
	type: 'object',
	required: ['question'],
	additionalProperties: false,
	properties: {
		question: { type: 'string', minLength: 1, maxLength: 1000 },
		k: { type: 'integer', minimum: 1, maximum: 5, default: 3 },
	},
};

export const answer = {
	type: 'object',
	required: ['answer', 'sources'],
	properties: {
		answer: { type: 'string' },
		sources: { type: 'array', items: { type: 'integer' } },
	},
};
