// SPDX-License-Identifier: BSD-2-Clause
// listen_first.js - listens, and only then loads what it answers with
const http = require('node:http');
let greet;

http.createServer((request, response) => response.end(greet(request.url))).listen(0, '127.0.0.1', () => {
	greet = require('./lib/greet.js');
});
