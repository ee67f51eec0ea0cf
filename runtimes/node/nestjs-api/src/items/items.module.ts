import { MiddlewareConsumer, Module, NestModule, RequestMethod } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { JwtModule, JwtModuleOptions } from '@nestjs/jwt';
import { TypeOrmModule } from '@nestjs/typeorm';
import { json } from 'express';

import { TokenMiddleware } from '../auth/token.middleware.js';
import type { Settings } from '../settings.js';
import { Item } from './item.entity.js';
import { ItemsController } from './items.controller.js';
import { ItemsService } from './items.service.js';

const jwtOptions = (config: ConfigService<Settings, true>): JwtModuleOptions => ({
	secret: config.get('JWT_SECRET'),
	verifyOptions: { algorithms: ['HS256'] },
});

@Module({
	imports: [
		TypeOrmModule.forFeature([Item]),
		JwtModule.registerAsync({ inject: [ConfigService], useFactory: jwtOptions }),
	],
	controllers: [ItemsController],
	providers: [ItemsService],
})
export class ItemsModule implements NestModule {
	/* A guard would come too late: who has no token is not told what is wrong with the body. */
	configure(consumer: MiddlewareConsumer): void {
		consumer
			.apply(TokenMiddleware, json({ type: () => true }))
			.forRoutes({ path: 'items', method: RequestMethod.POST });
	}
}
