import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';

import { AppController } from './app.controller.js';
import { NotFoundFilter } from './not-found.filter.js';

@Module({
	controllers: [AppController],
	providers: [{ provide: APP_FILTER, useClass: NotFoundFilter }],
})
export class AppModule {}
