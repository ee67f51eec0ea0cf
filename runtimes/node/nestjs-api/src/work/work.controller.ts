import { setTimeout as wait } from 'node:timers/promises';

import { Controller, Get, Query } from '@nestjs/common';

import { CpuQuery, IoQuery } from './work.dto.js';

const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

@Controller()
export class WorkController {
	/* Waits without computing. */
	@Get('io')
	async io(@Query() { ms }: IoQuery): Promise<{ waited_ms: number }> {
		await wait(ms);
		return { waited_ms: ms };
	}

	/* Computes without waiting. */
	@Get('cpu')
	cpu(@Query() { n }: CpuQuery): { n: number; fibonacci: number } {
		return { n, fibonacci: fibonacci(n) };
	}
}
