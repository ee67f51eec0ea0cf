import { ArrayMaxSize, IsArray, IsInt, IsNumber, Length, Min } from 'class-validator';

import { FromDigits } from '../integer.decorator.js';

export class ItemParams {
	@FromDigits()
	@IsInt()
	@Min(1)
	id: number;
}

export class NewItem {
	@Length(1, 100)
	name: string;

	@IsNumber()
	@Min(0)
	price: number;

	@IsArray()
	@ArrayMaxSize(10)
	@Length(1, 30, { each: true })
	tags: string[] = [];
}
