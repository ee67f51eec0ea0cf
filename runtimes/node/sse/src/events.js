'use strict';

const { setTimeout: wait } = require('node:timers/promises');

const querystring = {
	type: 'object',
	properties: {
		n: { type: 'integer', minimum: 0, maximum: 1000, default: 10 },
		ms: { type: 'integer', minimum: 0, maximum: 1000, default: 0 },
	},
};

async function* ticks(n, ms) {
	for (let i = 0; i < n; i++) {
		if (i > 0 && ms > 0)
			await wait(ms);
		yield { id: String(i), event: 'tick', data: { i } };
	}
}

module.exports = async (app) => {
	app.get('/events', { sse: 'only', schema: { querystring } }, async (request, reply) => {
		const { n, ms } = request.query;

		reply.sse.sendHeaders(); /* none would go out where there is no event */
		await reply.sse.send(ticks(n, ms));
	});
};
