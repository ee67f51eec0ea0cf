'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const config = require('./config');

const FOLDER = path.join(__dirname, '..');

/* Resolves once the scorer takes requests: it writes a line to descriptor 3 then. */
exports.startScorer = async function startScorer() {
	const child = spawn(config.PYTHON, ['-m', 'scorer'], {
		cwd: FOLDER,
		env: {
			...process.env,
			KAFKA_BROKERS: config.KAFKA_BROKERS.join(','),
			KAFKA_PREFIX: config.KAFKA_PREFIX,
			PARENT_FD: '3',
		},
		stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
	});
	const ended = once(child, 'exit').then(([code, signal]) => signal ?? code);

	await Promise.race([
		once(child.stdio[3], 'data'),
		ended.then((end) => {
			throw new Error(`the scorer ended with ${end}`);
		}),
	]);
	return { ended, stop: () => child.kill() };
};
