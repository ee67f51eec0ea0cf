import { ArgumentsHost, Catch, ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { Response } from 'express';

@Catch(NotFoundException)
export class NotFoundFilter implements ExceptionFilter {
	catch(error: NotFoundException, host: ArgumentsHost): void {
		host.switchToHttp().getResponse<Response>().status(404).json({ error: 'not found' });
	}
}
