'use strict';

const { setTimeout: wait } = require('node:timers/promises');

const number = (name, maximum, standard) => ({
	type: 'object',
	properties: { [name]: { type: 'integer', minimum: 0, maximum, default: standard } },
});

const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));

module.exports = async (app) => {
	/* Waits without computing. */
	app.get('/io', { schema: { querystring: number('ms', 10_000, 10) } }, async (request) => {
		const { ms } = request.query;

		await wait(ms);
		return { waited_ms: ms };
	});

	/* Computes without waiting. */
	app.get('/cpu', { schema: { querystring: number('n', 35, 20) } }, async (request) => {
		const { n } = request.query;

		return { n, fibonacci: fibonacci(n) };
	});
};
