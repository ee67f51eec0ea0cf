import { plainToInstance, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, Min, MinLength, validateSync } from 'class-validator';

/* What the environment and .env may set. */
export class Settings {
	@IsString()
	HOST = '127.0.0.1';

	@Type(() => Number)
	@IsInt()
	@Min(0)
	@Max(65535)
	PORT = 0;

	@IsIn(['debug', 'info', 'warn', 'error', 'silent'])
	LOG_LEVEL = 'info';

	@MinLength(32)
	JWT_SECRET = 'development-secret-of-32-bytes!!';

	@IsString()
	ALLOWED_ORIGIN = '*';

	@IsOptional()
	@IsString()
	SCRATCH?: string;
}

export function checkSettings(environment: Record<string, unknown>): Settings {
	const settings = plainToInstance(Settings, environment, { exposeDefaultValues: true });
	const errors = validateSync(settings);

	if (errors.length > 0)
		throw new Error(errors.join('\n'));
	return settings;
}
