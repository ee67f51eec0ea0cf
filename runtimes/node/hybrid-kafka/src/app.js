'use strict';

const fastify = require('fastify');

const logger = require('./logger');
const { payment, verdict } = require('./payment');

const schema = { body: payment, response: { 200: verdict } };

/* The API: it checks payments, and has the scorer judge them. */
exports.createApp = function createApp(exchange) {
	const app = fastify({
		loggerInstance: logger,
		forceCloseConnections: true,
		/* by default a "3" becomes a 3, and what is unknown is dropped */
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
	});

	app.get('/health', async () => ({ status: 'ok' }));

	app.post('/score', { schema }, async (request, reply) => {
		try {
			return await exchange.score(request.body);
		} catch (error) {
			request.log.error(error);
			return reply.code(502).send({ error: 'bad gateway' });
		}
	});

	app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: 'not found' }));
	app.setErrorHandler((error, request, reply) => {
		if (error.statusCode >= 400 && error.statusCode < 500) {
			const details = error.validation ?? [{ message: error.message }];

			return reply.code(422).send({ error: 'invalid', details });
		}
		request.log.error(error);
		return reply.code(500).send({ error: 'internal error' });
	});
	return app;
};
