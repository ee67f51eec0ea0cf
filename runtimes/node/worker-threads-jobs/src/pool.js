'use strict';

const path = require('node:path');
const { Worker } = require('node:worker_threads');

const SCRIPT = path.join(__dirname, 'worker.js');

/* Worker threads that take one task at a time, in the order in which the tasks came. */
exports.Pool = class Pool {
	#members = new Set();
	#idle = [];
	#tasks = [];
	#closing = false;
	#started;

	constructor(size) {
		this.size = size;
		this.#started = Promise.all(Array.from({ length: size }, () => this.#start()));
	}

	/* Resolves once every worker takes tasks. */
	ready() {
		return this.#started;
	}

	/* Resolves with the result; onStart is called when a worker takes the task. */
	run(n, onStart) {
		return new Promise((resolve, reject) => {
			this.#tasks.push({ n, onStart, resolve, reject });
			this.#next();
		});
	}

	async close() {
		this.#closing = true;
		await Promise.all([...this.#members].map((worker) => worker.terminate()));
	}

	#start() {
		const worker = new Worker(SCRIPT);

		this.#members.add(worker);
		return new Promise((resolve, reject) => {
			worker.on('message', (message) => {
				if (message.ready)
					resolve();
				else
					this.#settle(worker, message.result);
				this.#idle.push(worker);
				this.#next();
			});
			worker.on('error', (error) => {
				worker.failure = error;
				reject(error);
			});
			worker.on('exit', (code) => this.#replace(worker, code));
		});
	}

	#next() {
		while (this.#idle.length > 0 && this.#tasks.length > 0) {
			const worker = this.#idle.shift();

			worker.task = this.#tasks.shift();
			worker.task.onStart();
			worker.postMessage(worker.task.n);
		}
	}

	#settle(worker, result) {
		worker.task.resolve(result);
		worker.task = undefined;
	}

	/* A task that its worker died of is not tried again: it would take the next one with it. */
	#replace(worker, code) {
		worker.task?.reject(worker.failure ?? new Error(`worker ended with ${code}`));
		this.#members.delete(worker);
		this.#idle = this.#idle.filter((other) => other !== worker);
		if (!this.#closing)
			this.#start().catch((error) => console.error(error));
	}
};
