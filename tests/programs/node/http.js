// SPDX-License-Identifier: BSD-2-Clause
// http.js - a server of the standard library on a free port; a module of its own is loaded first
const http = require('node:http');
const greet = require('./lib/greet.js');

http.createServer((request, response) => response.end(greet(request.url)))
	.listen(Number(process.argv[2] || 0), '127.0.0.1');
