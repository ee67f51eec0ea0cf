'use strict';

const { randomUUID } = require('node:crypto');
const { STATUS_CODES } = require('node:http');

const fastify = require('fastify');

const config = require('./config');

/* The gateway: |upstreams| are the addresses by name, which is the prefix of their paths. */
exports.createApp = async function createApp(upstreams) {
	const app = fastify({
		logger: { level: config.LOG_LEVEL, redact: ['req.headers.authorization'] },
		forceCloseConnections: true,
		requestIdHeader: 'x-request-id',
		genReqId: () => randomUUID(),
	});

	app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: 'not found' }));
	app.setErrorHandler((error, request, reply) => {
		const { statusCode = 500 } = error;

		request.log.error(error);
		return reply.code(statusCode).send({ error: STATUS_CODES[statusCode].toLowerCase() });
	});
	app.addHook('onRequest', async (request, reply) => {
		reply.header('x-request-id', request.id);
	});

	await app.register(require('./auth'));

	app.get('/health', async () => ({ status: 'ok' }));
	await app.register(require('./proxy'), { upstreams });
	return app;
};
