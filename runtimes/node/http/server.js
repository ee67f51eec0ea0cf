'use strict';

const http = require('node:http');

const server = http.createServer((request, response) => {
	const body = JSON.stringify({ message: 'hello from node', path: request.url });

	response.writeHead(200, {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(body),
	});
	response.end(body);
});

server.listen(Number(process.env.PORT || 0), '127.0.0.1', () => {
	console.log(`listening on port ${server.address().port}`);
});

process.on('SIGTERM', () => {
	server.close();
	server.closeAllConnections?.();
});
