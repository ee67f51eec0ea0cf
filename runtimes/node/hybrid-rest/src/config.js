'use strict';

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
			SCORER_TIMEOUT_MS: { type: 'integer', minimum: 1, default: 5000 },
		},
	},
});
