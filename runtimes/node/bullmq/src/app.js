'use strict';

const helmet = require('@fastify/helmet');
const fastify = require('fastify');

const jobs = require('./jobs');
const logger = require('./logger');

/* The front: its plugins, its routes and its error answers. */
exports.createApp = async function createApp(queue) {
	const app = fastify({
		loggerInstance: logger,
		forceCloseConnections: true,
		ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
	});

	app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: 'not found' }));
	app.setErrorHandler((error, request, reply) => {
		if (error.statusCode >= 400 && error.statusCode < 500)
			return reply
				.code(422)
				.send({ error: 'invalid', details: error.validation ?? [error.message] });
		request.log.error(error);
		return reply.code(500).send({ error: 'internal error' });
	});

	await app.register(helmet);
	await app.register(jobs, { queue });
	return app;
};
