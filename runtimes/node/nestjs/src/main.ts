import { NestFactory } from '@nestjs/core';

import { AppModule } from './app.module.js';

const app = await NestFactory.create(AppModule, { forceCloseConnections: true });

app.enableShutdownHooks();
await app.listen(Number(process.env.PORT || 0), '127.0.0.1');
