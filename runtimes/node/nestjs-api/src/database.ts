import { join } from 'node:path';

import type { ConfigService } from '@nestjs/config';
import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import libsql from 'libsql';

import { CreateItems1700000000000 } from './items/create-items.migration.js';
import type { Settings } from './settings.js';

/* libsql has the interface of better-sqlite3, and needs no compiler where it is installed. */
export function databaseOptions(config: ConfigService<Settings, true>): TypeOrmModuleOptions {
	const folder = config.get<string | undefined>('SCRATCH');

	return {
		type: 'better-sqlite3',
		driver: libsql,
		database: folder ? join(folder, 'items.sqlite3') : ':memory:',
		autoLoadEntities: true,
		migrations: [CreateItems1700000000000],
		migrationsRun: true,
	};
}
