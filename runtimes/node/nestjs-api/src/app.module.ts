import { Module, UnprocessableEntityException, ValidationPipe } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LoggerModule } from 'nestjs-pino';

import { databaseOptions } from './database.js';
import { ErrorFilter } from './error.filter.js';
import { HealthController } from './health.controller.js';
import { ItemsModule } from './items/items.module.js';
import { loggerOptions } from './logger.js';
import { checkSettings } from './settings.js';
import { WorkController } from './work/work.controller.js';

const validation = new ValidationPipe({
	transform: true,
	whitelist: true,
	forbidNonWhitelisted: true,
	validationError: { target: false },
	exceptionFactory: (details) => new UnprocessableEntityException(details),
});

@Module({
	imports: [
		ConfigModule.forRoot({ isGlobal: true, cache: true, validate: checkSettings }),
		LoggerModule.forRootAsync({ inject: [ConfigService], useFactory: loggerOptions }),
		TypeOrmModule.forRootAsync({ inject: [ConfigService], useFactory: databaseOptions }),
		ItemsModule,
	],
	controllers: [HealthController, WorkController],
	providers: [
		{ provide: APP_PIPE, useValue: validation },
		{ provide: APP_FILTER, useClass: ErrorFilter },
	],
})
export class AppModule {}
