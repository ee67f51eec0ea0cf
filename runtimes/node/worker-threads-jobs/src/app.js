'use strict';

const http = require('node:http');

const MAX_N = 1_000_000;
const MAX_BODY = 10_000;

const invalid = (detail) => [422, { error: 'invalid', details: [detail] }];
const notFound = [404, { error: 'not found' }];

/* The body, or undefined where it is no JSON; what is over the limit is read, but not kept. */
async function readJson(request) {
	let text = '';

	try {
		for await (const chunk of request.setEncoding('utf8'))
			if (text.length <= MAX_BODY)
				text += chunk;
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/* The front: jobs come in and are asked for over HTTP. */
exports.createApp = function createApp(jobs) {
	const routes = {
		'GET /health': () => [200, { status: 'ok' }],
		'GET /stats': () => [200, jobs.stats()],
		'POST /jobs': async (request) => {
			const { n, ...others } = (await readJson(request)) ?? {};

			if (!Number.isInteger(n) || n < 0 || n > MAX_N)
				return invalid(`n must be an integer from 0 to ${MAX_N}`);
			if (Object.keys(others).length > 0)
				return invalid(`not known: ${Object.keys(others).join(', ')}`);
			return [202, { id: jobs.add(n) }];
		},
	};

	function answer(request) {
		const [path] = request.url.split('?');
		const job = /^\/jobs\/([^/]+)$/.exec(path);

		if (job && request.method === 'GET')
			return jobs.has(job[1]) ? [200, jobs.get(job[1])] : notFound;
		return routes[`${request.method} ${path}`]?.(request) ?? notFound;
	}

	return http.createServer(async (request, response) => {
		const [status, body] = await answer(request);
		const text = JSON.stringify(body);

		response.writeHead(status, {
			'content-type': 'application/json',
			'content-length': Buffer.byteLength(text),
		});
		response.end(text);
		console.log(JSON.stringify({ method: request.method, url: request.url, status }));
	});
};
