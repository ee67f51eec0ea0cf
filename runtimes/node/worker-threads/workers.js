'use strict';

const { once } = require('node:events');
const path = require('node:path');
const { Worker } = require('node:worker_threads');

/* One thread. It answers its tasks in the order in which it gets them. */
class Thread {
	#worker = new Worker(path.join(__dirname, 'worker.js'));
	#tasks = [];

	/* Its first message says that it is up. One that fails takes the service with it. */
	async start() {
		await once(this.#worker, 'message');
		this.#worker.on('message', (result) => this.#tasks.shift()(result));
		return this;
	}

	get load() {
		return this.#tasks.length;
	}

	run(n) {
		return new Promise((resolve) => {
			this.#tasks.push(resolve);
			this.#worker.postMessage(n);
		});
	}

	terminate() {
		return this.#worker.terminate();
	}
}

/* Resolves with the threads once all are up. */
exports.startWorkers = async function startWorkers(count) {
	const threads = await Promise.all(Array.from({ length: count }, () => new Thread().start()));

	return {
		/* The least busy one computes. */
		run: (n) => threads.reduce((a, b) => (b.load < a.load ? b : a)).run(n),
		terminate: () => Promise.all(threads.map((thread) => thread.terminate())),
	};
};
