'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const { Pool } = require('undici');

const { PYTHON, SCORER_TIMEOUT_MS } = require('./config');

const FOLDER = path.join(__dirname, '..');

/* The service in Python that knows the model: a process of its own, asked over HTTP. */
class Scorer {
	#process;
	#pool;

	constructor(child, ended, port) {
		this.#process = child;
		this.#pool = new Pool(`http://127.0.0.1:${port}`, {
			headersTimeout: SCORER_TIMEOUT_MS,
			bodyTimeout: SCORER_TIMEOUT_MS,
		});
		this.ended = ended;
	}

	async score(payment) {
		const { statusCode, body } = await this.#pool.request({
			method: 'POST',
			path: '/score',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(payment),
		});
		const answer = await body.json();

		if (statusCode !== 200)
			throw new Error(`the scorer answered ${statusCode}: ${JSON.stringify(answer)}`);
		return answer;
	}

	async stop() {
		await this.#pool.close();
		this.#process.kill();
	}
}

/* Resolves once the scorer takes requests: it writes its port to descriptor 3 then. */
exports.startScorer = async function startScorer() {
	const child = spawn(PYTHON, ['-m', 'scorer'], {
		cwd: FOLDER,
		env: { ...process.env, HOST: '127.0.0.1', PORT: '0', PARENT_FD: '3' },
		stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
	});
	const ended = once(child, 'exit').then(([code, signal]) => signal ?? code);
	const port = await Promise.race([
		once(child.stdio[3], 'data').then(([data]) => Number(data)),
		ended.then((end) => {
			throw new Error(`the scorer ended with ${end}`);
		}),
	]);

	return new Scorer(child, ended, port);
};
