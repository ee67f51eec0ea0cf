'use strict';

const { Queue } = require('bullmq');

const { QUEUE_PREFIX, REDIS_URL } = require('./config');
const logger = require('./logger');

exports.NAME = 'primes';

exports.options = { connection: { url: REDIS_URL }, prefix: QUEUE_PREFIX };

exports.createQueue = function createQueue() {
	const queue = new Queue(exports.NAME, {
		...exports.options,
		defaultJobOptions: { removeOnComplete: { count: 10_000 }, removeOnFail: { count: 10_000 } },
	});

	queue.on('error', (error) => logger.error(error));
	return queue;
};
