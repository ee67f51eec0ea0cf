'use strict';

const { Router } = require('express');
const { setTimeout: wait } = require('node:timers/promises');
const { z } = require('zod');

const { integerText } = require('../integer');

const ioQuery = z.object({ ms: integerText(0, 10_000).default(10) });
const cpuQuery = z.object({ n: integerText(0, 35).default(20) });

const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
const router = Router();

/* Waits without computing. */
router.get('/io', async (request, response) => {
	const { ms } = ioQuery.parse(request.query);

	await wait(ms);
	response.json({ waited_ms: ms });
});

/* Computes without waiting. */
router.get('/cpu', (request, response) => {
	const { n } = cpuQuery.parse(request.query);

	response.json({ n, fibonacci: fibonacci(n) });
});

module.exports = router;
