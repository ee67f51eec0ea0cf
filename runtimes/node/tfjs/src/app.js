'use strict';

const fastify = require('fastify');

const config = require('./config');
const { payment, verdict } = require('./payment');

/* The service: its routes and its error answers. */
exports.createApp = function createApp(model) {
	const app = fastify({
		logger: { level: config.LOG_LEVEL },
		/* by default a "3" becomes a 3, and what is unknown is dropped */
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
	});

	app.get('/health', async () => ({ status: 'ok' }));

	app.post('/score', { schema: { body: payment, response: { 200: verdict } } }, async (request) => {
		const score = await model.score(request.body.features);

		return { score, fraud: score >= config.THRESHOLD };
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
};
