import fastify from 'fastify';

import { answer, question } from './ask.js';
import { config } from './config.js';

/* The service: its routes and its error answers. */
export function createApp(chainFor) {
	const app = fastify({
		logger: { level: config.LOG_LEVEL },
		/* by default a "3" becomes a 3, and what is unknown is dropped */
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
	});

	app.get('/health', async () => ({ status: 'ok' }));

	app.post('/ask', { schema: { body: question, response: { 200: answer } } }, async (request) => {
		const { question, k } = request.body;
		const chain = await chainFor(k);
		const found = await chain.invoke({ input: question });

		return {
			answer: found.answer,
			sources: found.context.map((document) => document.metadata.id),
		};
	});

	app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: 'not found' }));
	app.setErrorHandler((error, request, reply) => {
		if (error.statusCode === 400) {
			const details = error.validation ?? [{ message: error.message }];

			return reply.code(422).send({ error: 'invalid', details });
		}
		request.log.error(error);
		const known = error.statusCode < 500;

		reply.code(known ? error.statusCode : 500);
		reply.send({ error: known ? error.message : 'internal error' });
	});
	return app;
}
