'use strict';

const compression = require('compression');
const cors = require('cors');
const express = require('express');
const helmet = require('helmet');
const pinoHttp = require('pino-http');
const { ZodError } = require('zod');

const config = require('./config');
const logger = require('./logger');

/* The service: its middleware, its routes and its error answers. */
exports.createApp = function createApp() {
	const app = express();

	app.use(pinoHttp({ logger }));
	app.use(helmet());
	app.use(cors({ origin: config.allowedOrigin }));
	app.use(compression());
	app.use(express.json({ limit: '100kb' }));

	app.get('/', (request, response) => response.json({ service: 'items', version: '1.0.0' }));
	app.get('/health', (request, response) => response.json({ status: 'ok' }));
	app.use('/items', require('./routes/items'));
	app.use(require('./routes/work'));

	app.use((request, response) => response.status(404).json({ error: 'not found' }));
	app.use((error, request, response, next) => {
		if (response.headersSent)
			return next(error);
		if (error instanceof ZodError)
			return response.status(422).json({ error: 'invalid query', issues: error.issues });
		request.log.error(error);
		response.status(error.status ?? 500).json({ error: error.expose ? error.message : 'internal error' });
	});
	return app;
};
