'use strict';

const { spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const path = require('node:path');

const { Pool } = require('undici');

const { PYTHON, SCORER_TIMEOUT_MS } = require('./config');

const FOLDER = path.join(__dirname, '..');

/* The process in Python that knows the model, asked over HTTP. Emits 'end' when that ends. */
exports.Scorer = class Scorer extends EventEmitter {
	#process;
	#ready;
	#pool;

	constructor() {
		super();
		this.#process = spawn(PYTHON, ['-m', 'scorer'], {
			cwd: FOLDER,
			env: { ...process.env, HOST: '127.0.0.1', PORT: '0', PARENT_FD: '3' },
			stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
		});
		this.#process.once('exit', (code, signal) => this.emit('end', signal ?? code));
		this.#ready = this.#connect();
	}

	/* Resolves once it takes requests. */
	ready() {
		return this.#ready;
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
		await this.#pool?.close();
		this.#process.kill();
	}

	/* It writes its port to descriptor 3 when it listens. */
	async #connect() {
		await once(this.#process, 'spawn');

		const [port] = await once(this.#process.stdio[3], 'data');

		this.#pool = new Pool(`http://127.0.0.1:${Number(port)}`, {
			headersTimeout: SCORER_TIMEOUT_MS,
			bodyTimeout: SCORER_TIMEOUT_MS,
		});
	}
};
