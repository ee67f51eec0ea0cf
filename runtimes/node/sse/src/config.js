'use strict';

const envSchema = require('env-schema');

module.exports = envSchema({
	schema: {
		type: 'object',
		properties: {
			HOST: { type: 'string', default: '127.0.0.1' },
			PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 0 },
			LOG_LEVEL: { enum: ['debug', 'info', 'warn', 'error', 'silent'], default: 'info' },
			ALLOWED_ORIGIN: { type: 'string', default: '*' },
		},
	},
});
