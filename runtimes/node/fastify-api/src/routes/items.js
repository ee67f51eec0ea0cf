'use strict';

const { eq } = require('drizzle-orm');

const { items } = require('../schema');

const item = {
	type: 'object',
	required: ['name', 'price'],
	additionalProperties: false,
	properties: {
		name: { type: 'string', minLength: 1, maxLength: 100 },
		price: { type: 'number', minimum: 0 },
		tags: {
			type: 'array',
			maxItems: 10,
			items: { type: 'string', minLength: 1, maxLength: 30 },
			default: [],
		},
	},
};

const storedItem = {
	type: 'object',
	properties: { id: { type: 'integer' }, ...item.properties },
};

/* A pattern, since 1e0 and 0x1 are numbers too. */
const itemId = {
	type: 'object',
	properties: { id: { type: 'string', pattern: '^0*[1-9][0-9]*$' } },
};

module.exports = async (app) => {
	app.get(
		'/:id',
		{ schema: { params: itemId, response: { 200: storedItem } } },
		async (request, reply) => {
			const id = Number(request.params.id);
			const found = await app.db.query.items.findFirst({ where: eq(items.id, id) });

			return found ?? reply.callNotFound();
		},
	);

	app.post(
		'/',
		{ onRequest: app.authenticate, schema: { body: item, response: { 201: storedItem } } },
		async (request, reply) => {
			const [added] = await app.db.insert(items).values(request.body).returning();

			return reply.code(201).header('location', `/items/${added.id}`).send(added);
		},
	);
};
