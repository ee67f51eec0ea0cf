'use strict';

const { randomUUID } = require('node:crypto');

const envSchema = require('env-schema');

module.exports = envSchema({
	schema: {
		type: 'object',
		properties: {
			HOST: { type: 'string', default: '127.0.0.1' },
			PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 0 },
			LOG_LEVEL: { enum: ['debug', 'info', 'warn', 'error', 'silent'], default: 'info' },
			REDIS_URL: { type: 'string', default: 'redis://127.0.0.1:6379/0' },
			/* each start has a queue of its own: others may share its Redis */
			QUEUE_PREFIX: { type: 'string', minLength: 1, default: `bull-${randomUUID()}` },
			WORKERS: { type: 'integer', minimum: 1, default: 2 },
		},
	},
});
