'use strict';

const compress = require('@fastify/compress');
const cors = require('@fastify/cors');
const helmet = require('@fastify/helmet');
const fastify = require('fastify');

const config = require('./config');
const { validatorCompiler } = require('./validation');

/* The service: its plugins, its routes and its error answers. */
exports.createApp = async function createApp() {
	const app = fastify({
		logger: { level: config.LOG_LEVEL, redact: ['req.headers.authorization'] },
		forceCloseConnections: true,
	});

	app.setValidatorCompiler(validatorCompiler);
	app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: 'not found' }));
	app.setErrorHandler((error, request, reply) => {
		if (error.statusCode === 401)
			return reply.code(401).send({ error: 'unauthorized' });
		if (error.statusCode >= 400 && error.statusCode < 500)
			return reply
				.code(422)
				.send({ error: 'invalid', details: error.validation ?? [{ message: error.message }] });
		request.log.error(error);
		return reply.code(500).send({ error: 'internal error' });
	});

	await app.register(helmet);
	await app.register(cors, { origin: config.ALLOWED_ORIGIN });
	await app.register(compress);
	await app.register(require('./auth'));
	await app.register(require('./database'));

	app.get('/health', async () => ({ status: 'ok' }));
	await app.register(require('./routes/items'), { prefix: '/items' });
	await app.register(require('./routes/work'));
	return app;
};
