// SPDX-License-Identifier: BSD-2-Clause
// cluster.js - a primary and two workers that serve; the primary listens for them
const cluster = require('node:cluster');

if (cluster.isPrimary) {
	cluster.fork();
	cluster.fork();
} else {
	const http = require('node:http');
	const greet = require('./lib/greet.js');

	http.createServer((request, response) => response.end(greet(request.url)))
		.listen(0, '127.0.0.1');
}
