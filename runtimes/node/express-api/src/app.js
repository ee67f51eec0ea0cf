'use strict';

const compression = require('compression');
const cors = require('cors');
const express = require('express');
const helmet = require('helmet');
const pinoHttp = require('pino-http');
const { ZodError } = require('zod');

const config = require('./config');
const logger = require('./logger');

const invalid = (response, details) => response.status(422).json({ error: 'invalid', details });

/* The token counts before the body: who has none is not told what is wrong with it. */
const parseJson = express.json({ limit: '100kb', type: () => true });

/* The service: its middleware, its routes and its error answers. */
exports.createApp = function createApp() {
	const app = express();

	app.use(pinoHttp({ logger }));
	app.use(helmet());
	app.use(cors({ origin: config.allowedOrigin }));
	app.use(compression());

	app.get('/health', (request, response) => response.json({ status: 'ok' }));
	app.post('/items', require('./auth'), parseJson);
	app.use('/items', require('./routes/items'));
	app.use(require('./routes/work'));

	app.use((request, response) => response.status(404).json({ error: 'not found' }));
	app.use((error, request, response, next) => {
		if (response.headersSent)
			return next(error);
		if (error instanceof ZodError)
			return invalid(response, error.issues);
		if (error.type === 'entity.parse.failed')
			return invalid(response, [{ message: 'not JSON' }]);
		request.log.error(error);
		response.status(error.status ?? 500).json({ error: error.expose ? error.message : 'internal error' });
	});
	return app;
};
