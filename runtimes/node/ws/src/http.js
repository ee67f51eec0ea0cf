'use strict';

const http = require('node:http');

const answers = {
	'/health': [200, { status: 'ok' }],
	'/ws': [426, { error: 'upgrade required' }],
};
const notFound = [404, { error: 'not found' }];

const pathOf = (request) => request.url.split('?', 1)[0];

/* The HTTP side: who asks for a socket at /ws is handed to |sockets|. */
exports.createServer = function createServer(sockets) {
	const server = http.createServer((request, response) => {
		const [status, value] = answers[pathOf(request)] ?? notFound;
		const body = JSON.stringify(value);

		response.writeHead(status, {
			'content-type': 'application/json',
			'content-length': Buffer.byteLength(body),
		});
		response.end(body);
	});

	server.on('upgrade', (request, socket, head) => {
		if (pathOf(request) !== '/ws')
			return socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
		sockets.handleUpgrade(request, socket, head, (connection) => {
			sockets.emit('connection', connection, request);
		});
	});
	return server;
};
