import { ArgumentsHost, Catch, HttpException } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import type { Response } from 'express';

type Answer = { error: string; details?: unknown[] };

/* Errors, in the one form that clients know; the base class logs and answers those of our own. */
@Catch()
export class ErrorFilter extends BaseExceptionFilter {
	override catch(error: unknown, host: ArgumentsHost): void {
		if (!(error instanceof HttpException))
			return super.catch(error, host);

		const response = host.switchToHttp().getResponse<Response>();

		if ([400, 422].includes(error.getStatus()))
			response.status(422).json(invalid(error));
		else
			response.status(error.getStatus()).json({ error: phrase(error) });
	}
}

function invalid(error: HttpException): Answer {
	const { message } = error.getResponse() as { message: unknown };

	return { error: 'invalid', details: [message].flat() };
}

/* NotFoundException → not found */
function phrase(error: HttpException): string {
	const words = error.name.replace(/Exception$/, '').match(/[A-Z][a-z]*/g) ?? ['error'];

	return words.join(' ').toLowerCase();
}
