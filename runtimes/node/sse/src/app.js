'use strict';

const cors = require('@fastify/cors');
const helmet = require('@fastify/helmet');
const sse = require('@fastify/sse');
const fastify = require('fastify');

const config = require('./config');

/* The service: its plugins, its routes and its error answers. */
exports.createApp = async function createApp() {
	const app = fastify({ logger: { level: config.LOG_LEVEL }, forceCloseConnections: true });

	app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: 'not found' }));
	app.setErrorHandler((error, request, reply) => {
		if (error.validation)
			return reply.code(422).send({ error: 'invalid', details: error.validation });
		request.log.error(error);
		return reply.code(500).send({ error: 'internal error' });
	});

	await app.register(helmet);
	await app.register(cors, { origin: config.ALLOWED_ORIGIN });
	await app.register(sse);

	app.get('/health', async () => ({ status: 'ok' }));
	await app.register(require('./events'));
	return app;
};
