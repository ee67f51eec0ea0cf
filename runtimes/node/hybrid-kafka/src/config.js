'use strict';

const { randomUUID } = require('node:crypto');

const envSchema = require('env-schema');

/* What the environment and .env may set. */
module.exports = envSchema({
	dotenv: { quiet: true },
	schema: {
		type: 'object',
		properties: {
			HOST: { type: 'string', default: '127.0.0.1' },
			PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 0 },
			LOG_LEVEL: { enum: ['debug', 'info', 'warn', 'error', 'silent'], default: 'info' },
			PYTHON: { type: 'string', default: 'python3' },
			KAFKA_BROKERS: { type: 'string', separator: ',', default: '127.0.0.1:9092' },
			/* each start has topics and groups of its own: others may share its broker */
			KAFKA_PREFIX: { type: 'string', default: `fraud-${randomUUID()}.` },
			/* how long the broker may hold a fetch that finds nothing: a mock wakes none early */
			KAFKA_FETCH_WAIT_MS: { type: 'integer', minimum: 1, default: 500 },
			SCORER_TIMEOUT_MS: { type: 'integer', minimum: 1, default: 5000 },
		},
	},
});
