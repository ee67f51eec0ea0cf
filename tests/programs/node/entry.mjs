// SPDX-License-Identifier: BSD-2-Clause
// entry.mjs - the same server as ES modules
import http from 'node:http';
import greet from './lib/greet.mjs';

http.createServer((request, response) => response.end(greet(request.url))).listen(0, '127.0.0.1');
