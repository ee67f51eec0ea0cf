'use strict';

const http = require('node:http');

const { createApp } = require('./src/app');
const config = require('./src/config');
const { attachSockets } = require('./src/live');
const logger = require('./src/logger');

const server = http.createServer(createApp());
const sockets = attachSockets(server);

server.listen(config.port, config.host, () => {
	logger.info({ port: server.address().port }, 'listening');
});

process.once('SIGTERM', () => {
	sockets.close();
	server.closeAllConnections();
});
