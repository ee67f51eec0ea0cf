'use strict';

const { z } = require('zod');

const schema = z.object({
	HOST: z.string().default('127.0.0.1'),
	PORT: z.coerce.number().int().min(0).max(65535).default(0),
	LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
	ALLOWED_ORIGIN: z.string().default('*'),
});

const values = schema.parse(process.env);

module.exports = {
	host: values.HOST,
	port: values.PORT,
	logLevel: values.LOG_LEVEL,
	allowedOrigin: values.ALLOWED_ORIGIN,
};
