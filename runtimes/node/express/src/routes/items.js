'use strict';

const { Router } = require('express');
const { z } = require('zod');

const requireToken = require('../auth');

const itemSchema = z.object({
	name: z.string().min(1).max(100),
	price: z.number().nonnegative(),
	tags: z.array(z.string()).default([]),
});

const items = new Map([[1, { id: 1, name: 'first', price: 9.5, tags: ['example'] }]]);
const router = Router();

router.get('/:id', (request, response) => {
	const item = items.get(Number(request.params.id));

	if (!item)
		return response.status(404).json({ error: 'no such item' });
	response.json(item);
});

router.post('/', requireToken, (request, response) => {
	const parsed = itemSchema.safeParse(request.body);

	if (!parsed.success)
		return response.status(422).json({ error: 'invalid item', issues: parsed.error.issues });

	const item = { id: items.size + 1, ...parsed.data };

	items.set(item.id, item);
	response.status(201).json(item);
});

module.exports = router;
