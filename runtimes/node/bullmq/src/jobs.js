'use strict';

const STATES = {
	waiting: 'queued',
	prioritized: 'queued',
	delayed: 'queued',
	active: 'running',
	completed: 'done',
	failed: 'failed',
};

const newJob = {
	type: 'object',
	properties: { n: { type: 'integer', minimum: 0, maximum: 1_000_000 } },
	required: ['n'],
	additionalProperties: false,
};

const jobState = {
	type: 'object',
	properties: {
		id: { type: 'string' },
		state: { type: 'string' },
		result: { type: 'integer', nullable: true },
	},
};

module.exports = async function jobs(app, { queue }) {
	app.get('/health', async () => ({ status: 'ok' }));

	app.get('/stats', async () => {
		const [{ meta }, workers] = await Promise.all([
			queue.getMetrics('completed'),
			queue.getWorkersCount(),
		]);

		return { done: meta.count, workers };
	});

	app.post('/jobs', { schema: { body: newJob } }, async (request, reply) => {
		const { id } = await queue.add('primes', { n: request.body.n });

		return reply.code(202).send({ id });
	});

	app.get('/jobs/:id', { schema: { response: { 200: jobState } } }, async (request, reply) => {
		const { id } = request.params;
		const state = STATES[await queue.getJobState(id)];
		/* read after the state, so that a job that is done has its result */
		const job = state && (await queue.getJob(id));

		if (!job)
			return reply.callNotFound();
		return { id, state, result: state === 'done' ? job.returnvalue : null };
	});
};
