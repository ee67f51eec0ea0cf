'use strict';

const { randomUUID } = require('node:crypto');

const functions = require('@google-cloud/functions-framework');

const { handler } = require('./handler');

/* The handler knows nothing of HTTP, so that it runs on any platform for functions. */
functions.http('sign', async (request, response) => {
	if (request.method === 'GET' && request.path === '/health')
		return response.json({ status: 'ok' });
	if (request.method !== 'POST' || request.path !== '/')
		return response.status(404).json({ error: 'not found' });

	const requestId = request.get('x-request-id') ?? randomUUID();
	const { statusCode, body } = await handler(request.body, { requestId });

	console.log(JSON.stringify({ severity: 'INFO', message: 'handled', requestId, statusCode }));
	response.status(statusCode).type('json').send(body);
});
