'use strict';

const express = require('express');
const helmet = require('helmet');
const pinoHttp = require('pino-http');

const logger = require('./logger');

/* What is asked for by plain HTTP. */
exports.createApp = function createApp() {
	const app = express();

	app.use(pinoHttp({ logger }));
	app.use(helmet());
	app.get('/health', (request, response) => response.json({ status: 'ok' }));
	app.use((request, response) => response.status(404).json({ error: 'not found' }));
	return app;
};
