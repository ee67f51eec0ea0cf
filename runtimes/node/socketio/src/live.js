'use strict';

const { Server } = require('socket.io');

const { allowedOrigin } = require('./config');
const logger = require('./logger');

/* Connections at /socket.io/, by WebSocket or by long polling. */
exports.attachSockets = function attachSockets(server) {
	const io = new Server(server, { cors: { origin: allowedOrigin }, serveClient: false });

	io.on('connection', (socket) => {
		const log = logger.child({ socket: socket.id });

		log.info({ transport: socket.conn.transport.name }, 'connected');
		socket.on('echo', (data) => socket.emit('echo', data));
		socket.on('broadcast', (data) => io.emit('broadcast', data));
		socket.on('disconnect', (reason) => log.info({ reason }, 'disconnected'));
	});
	return io;
};
