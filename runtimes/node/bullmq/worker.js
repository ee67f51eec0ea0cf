'use strict';

const { MetricsTime, Worker } = require('bullmq');

const logger = require('./src/logger');
const { primes } = require('./src/primes');
const { NAME, options } = require('./src/queue');

async function main() {
	const worker = new Worker(NAME, async (job) => primes(job.data.n), {
		...options,
		concurrency: 1, // a job keeps this process's only thread busy
		metrics: { maxDataPoints: MetricsTime.ONE_HOUR },
	});
	const stop = () => worker.close().finally(() => process.exit(0));

	worker.on('error', (error) => logger.error(error));
	worker.on('failed', (job, error) => logger.error({ job: job?.id, error }, 'job failed'));
	worker.on('completed', (job) => logger.info({ job: job.id }, 'job done'));
	process.once('SIGTERM', stop);
	process.once('disconnect', stop); // the front is gone
	await worker.waitUntilReady();
	process.send({ ready: true });
}

main().catch((error) => {
	logger.fatal(error);
	process.exit(1);
});
