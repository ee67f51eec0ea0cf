'use strict';

const config = require('./src/config');
const { createServer } = require('./src/http');
const logger = require('./src/logger');
const { createSocketServer } = require('./src/socket');

const sockets = createSocketServer();
const server = createServer(sockets);

server.listen(config.port, config.host, () => {
	logger.info({ port: server.address().port }, 'listening');
});

process.once('SIGTERM', () => {
	for (const socket of sockets.clients)
		socket.close(1001, 'going away');
	sockets.close();
	server.close();
	server.closeAllConnections();
});
