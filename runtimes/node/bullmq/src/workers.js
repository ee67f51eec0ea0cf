'use strict';

const { fork } = require('node:child_process');
const path = require('node:path');

const { QUEUE_PREFIX } = require('./config');
const logger = require('./logger');

const SCRIPT = path.join(__dirname, '..', 'worker.js');

/* Worker processes; one that ends is replaced. */
exports.Workers = class Workers {
	#running = new Set();
	#stopping = false;
	#started;

	constructor(count) {
		this.#started = Promise.all(Array.from({ length: count }, () => this.#start()));
	}

	/* Resolves once every worker takes jobs. */
	ready() {
		return this.#started;
	}

	stop() {
		this.#stopping = true;
		for (const worker of this.#running)
			worker.kill();
	}

	#start() {
		const worker = fork(SCRIPT, { env: { ...process.env, QUEUE_PREFIX } });

		this.#running.add(worker);
		return new Promise((resolve, reject) => {
			worker.once('message', () => {
				resolve();
				worker.once('exit', () => this.#replace());
			});
			worker.once('exit', (code, signal) => {
				this.#running.delete(worker);
				reject(new Error(`worker ${worker.pid} ended with ${signal ?? code}`));
			});
		});
	}

	async #replace() {
		if (this.#stopping)
			return;
		logger.warn('a worker ended: another one takes its place');
		try {
			await this.#start();
		} catch (error) {
			logger.fatal(error);
			process.exit(1);
		}
	}
};
