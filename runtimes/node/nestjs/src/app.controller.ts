import { Controller, Get } from '@nestjs/common';

@Controller()
export class AppController {
	@Get()
	hello(): { message: string } {
		return { message: 'hello from nestjs' };
	}
}
