import type { ConfigService } from '@nestjs/config';
import type { Params } from 'nestjs-pino';

import type { Settings } from './settings.js';

export function loggerOptions(config: ConfigService<Settings, true>): Params {
	return {
		pinoHttp: {
			level: config.get('LOG_LEVEL'),
			redact: ['req.headers.authorization'],
		},
	};
}
