'use strict';

const { parentPort } = require('node:worker_threads');

const { primes } = require('./primes');

parentPort.on('message', (n) => parentPort.postMessage({ result: primes(n) }));
parentPort.postMessage({ ready: true });
