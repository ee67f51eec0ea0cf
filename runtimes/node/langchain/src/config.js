import { fileURLToPath } from 'node:url';

import envSchema from 'env-schema';

/* What the environment and .env may set. */
export const config = envSchema({
	dotenv: { quiet: true },
	schema: {
		type: 'object',
		properties: {
			HOST: { type: 'string', default: '127.0.0.1' },
			PORT: { type: 'integer', minimum: 0, maximum: 65535, default: 0 },
			LOG_LEVEL: { enum: ['debug', 'info', 'warn', 'error', 'silent'], default: 'info' },
			DOCUMENTS: {
				type: 'string',
				default: fileURLToPath(new URL('../documents.json', import.meta.url)),
			},
		},
	},
});
