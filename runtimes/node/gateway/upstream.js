'use strict';

/* A service behind the gateway: it says what it was asked. Its argument is its name. */
const http = require('node:http');
const { text } = require('node:stream/consumers');

const [, , name] = process.argv;

function send(response, status, value) {
	const body = JSON.stringify(value);

	response.writeHead(status, {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(body),
	});
	response.end(body);
}

const server = http.createServer(async (request, response) => {
	const { method, url, headers } = request;
	const id = headers['x-request-id'];

	if (!id)
		return send(response, 403, { error: 'forbidden' }); /* only the gateway may ask */
	send(response, 200, {
		upstream: name,
		method,
		path: url,
		body: await text(request),
		request_id: id,
	});
});

server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

/* It ends with the gateway, however that ends. */
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => process.exit());
