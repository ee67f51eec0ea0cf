'use strict';

const http = require('node:http');

const fibonacci = require('./fibonacci');

function send(response, status, value) {
	const body = JSON.stringify(value);

	response.writeHead(status, {
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(body),
	});
	response.end(body);
}

function compute(response, query) {
	const text = query.get('n') ?? '20';
	const n = Number(text);

	if (!/^\d+$/.test(text) || n > 35)
		return send(response, 422, { error: 'invalid', details: ['n must be an integer, 0 to 35'] });
	send(response, 200, { n, fibonacci: fibonacci(n) });
}

exports.createApp = () =>
	http.createServer((request, response) => {
		const { pathname, searchParams } = new URL(request.url, 'http://localhost');

		if (request.method === 'GET' && pathname === '/health')
			send(response, 200, { status: 'ok' });
		else if (request.method === 'GET' && pathname === '/cpu')
			compute(response, searchParams);
		else
			send(response, 404, { error: 'not found' });
	});
