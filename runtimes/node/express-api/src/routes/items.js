'use strict';

const { Router } = require('express');
const { z } = require('zod');

const database = require('../database');
const { integerText } = require('../integer');

const idSchema = integerText(1);
const itemSchema = z.strictObject({
	name: z.string().min(1).max(100),
	price: z.number().nonnegative(),
	tags: z.array(z.string().min(1).max(30)).max(10).default([]),
});

const router = Router();

router.get('/:id', async (request, response) => {
	const item = await database.findItem(idSchema.parse(request.params.id));

	if (!item)
		return response.status(404).json({ error: 'not found' });
	response.json(item);
});

/* app.js has let only those with a token come here */
router.post('/', async (request, response) => {
	const item = await database.addItem(itemSchema.parse(request.body));

	response.status(201).location(`/items/${item.id}`).json(item);
});

module.exports = router;
