import { Injectable, NestMiddleware, UnauthorizedException } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import type { NextFunction, Request, Response } from 'express';

/* Lets a request with a good bearer token pass. */
@Injectable()
export class TokenMiddleware implements NestMiddleware {
	constructor(private readonly jwt: JwtService) {}

	async use(request: Request, response: Response, next: NextFunction): Promise<void> {
		const [scheme, token] = (request.get('authorization') ?? '').split(' ');
		const claims = await this.jwt.verifyAsync(token ?? '').catch(() => undefined);

		if (scheme?.toLowerCase() !== 'bearer' || !claims?.sub)
			throw new UnauthorizedException();
		next();
	}
}
