import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';

import { Item } from './item.entity.js';
import type { NewItem } from './items.dto.js';

@Injectable()
export class ItemsService {
	constructor(@InjectRepository(Item) private readonly items: Repository<Item>) {}

	find(id: number): Promise<Item | null> {
		return this.items.findOneBy({ id });
	}

	add(item: NewItem): Promise<Item> {
		return this.items.save(this.items.create(item));
	}
}
