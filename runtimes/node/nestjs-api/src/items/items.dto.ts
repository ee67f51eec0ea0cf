import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsInt, IsNumber, Length, Min } from 'class-validator';

export class ItemParams {
	@Type(() => Number)
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
