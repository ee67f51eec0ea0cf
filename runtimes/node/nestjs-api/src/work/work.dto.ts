import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

export class IoQuery {
	@Type(() => Number)
	@IsInt()
	@Min(0)
	@Max(10_000)
	ms = 10;
}

export class CpuQuery {
	@Type(() => Number)
	@IsInt()
	@Min(0)
	@Max(35)
	n = 20;
}
