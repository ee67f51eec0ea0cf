import { IsInt, Max, Min } from 'class-validator';

import { FromDigits } from '../integer.decorator.js';

export class IoQuery {
	@FromDigits()
	@IsInt()
	@Min(0)
	@Max(10_000)
	ms = 10;
}

export class CpuQuery {
	@FromDigits()
	@IsInt()
	@Min(0)
	@Max(35)
	n = 20;
}
