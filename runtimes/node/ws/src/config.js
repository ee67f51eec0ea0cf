'use strict';

const { z } = require('zod');

const schema = z.object({
	HOST: z.string().default('127.0.0.1'),
	PORT: z.coerce.number().int().min(0).max(65535).default(0),
	LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
	PING_INTERVAL_MS: z.coerce.number().int().min(1000).default(30_000),
	MAX_MESSAGE_BYTES: z.coerce.number().int().min(1).default(1024 * 1024),
	MAX_UNSENT_BYTES: z.coerce.number().int().min(1).default(16 * 1024 * 1024),
});

const values = schema.parse(process.env);

module.exports = {
	host: values.HOST,
	port: values.PORT,
	logLevel: values.LOG_LEVEL,
	pingIntervalMs: values.PING_INTERVAL_MS,
	maxMessageBytes: values.MAX_MESSAGE_BYTES,
	maxUnsentBytes: values.MAX_UNSENT_BYTES,
};
