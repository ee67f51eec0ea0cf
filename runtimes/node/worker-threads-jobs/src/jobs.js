'use strict';

const KEPT = 10_000;

/* What became of each job; the oldest are forgotten, so that memory has a bound. */
exports.Jobs = class Jobs {
	#jobs = new Map();
	#pool;
	#lastId = 0;
	#done = 0;

	constructor(pool) {
		this.#pool = pool;
	}

	add(n) {
		const job = { id: String(++this.#lastId), state: 'queued', result: null };

		this.#jobs.set(job.id, job);
		this.#run(job, n);
		return job.id;
	}

	has(id) {
		return this.#jobs.has(id);
	}

	get(id) {
		return this.#jobs.get(id);
	}

	stats() {
		return { done: this.#done, workers: this.#pool.size };
	}

	async #run(job, n) {
		try {
			job.result = await this.#pool.run(n, () => (job.state = 'running'));
			job.state = 'done';
			this.#done++;
		} catch (error) {
			job.state = 'failed';
			console.error(error);
		}
		this.#forget();
	}

	#forget() {
		const [oldest] = this.#jobs.values();

		if (this.#jobs.size > KEPT && (oldest.state === 'done' || oldest.state === 'failed'))
			this.#jobs.delete(oldest.id);
	}
};
