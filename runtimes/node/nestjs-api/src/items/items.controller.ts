import { Body, Controller, Get, NotFoundException, Param, Post, Res } from '@nestjs/common';
import type { Response } from 'express';

import type { Item } from './item.entity.js';
import { ItemParams, NewItem } from './items.dto.js';
import { ItemsService } from './items.service.js';

@Controller('items')
export class ItemsController {
	constructor(private readonly items: ItemsService) {}

	@Get(':id')
	async read(@Param() { id }: ItemParams): Promise<Item> {
		const item = await this.items.find(id);

		if (!item)
			throw new NotFoundException();
		return item;
	}

	@Post()
	async create(
		@Body() newItem: NewItem,
		@Res({ passthrough: true }) response: Response,
	): Promise<Item> {
		const item = await this.items.add(newItem);

		response.location(`/items/${item.id}`);
		return item;
	}
}
