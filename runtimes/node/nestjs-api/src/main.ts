import { ConfigService } from '@nestjs/config';
import { NestFactory } from '@nestjs/core';
import compression from 'compression';
import helmet from 'helmet';
import { Logger } from 'nestjs-pino';

import { AppModule } from './app.module.js';
import type { Settings } from './settings.js';

const app = await NestFactory.create(AppModule, {
	bodyParser: false, // its turn comes after the token's: see items.module.ts
	bufferLogs: true,
	forceCloseConnections: true,
});
const config = app.get<ConfigService<Settings, true>>(ConfigService);

app.useLogger(app.get(Logger));
app.use(helmet(), compression());
app.enableCors({ origin: config.get('ALLOWED_ORIGIN') });
app.enableShutdownHooks();
await app.listen(config.get('PORT'), config.get('HOST'));
