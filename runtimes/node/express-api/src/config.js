'use strict';

const { z } = require('zod');

const schema = z.object({
	HOST: z.string().default('127.0.0.1'),
	PORT: z.coerce.number().int().min(0).max(65535).default(0),
	LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
	JWT_SECRET: z.string().min(32).default('development-secret-of-32-bytes!!'),
	ALLOWED_ORIGIN: z.string().default('*'),
	SCRATCH: z.string().optional(),
});

const values = schema.parse(process.env);

module.exports = {
	host: values.HOST,
	port: values.PORT,
	logLevel: values.LOG_LEVEL,
	jwtSecret: values.JWT_SECRET,
	allowedOrigin: values.ALLOWED_ORIGIN,
	database: values.SCRATCH ? `${values.SCRATCH}/items.sqlite3` : ':memory:',
};
