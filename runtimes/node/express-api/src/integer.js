'use strict';

const { z } = require('zod');

/* An integer as an address has it: digits, no exponent, no 0x and no empty text. */
exports.integerText = (min, max = Infinity) =>
	z
		.string()
		.regex(/^\d+$/, 'must be an integer')
		.transform(Number)
		.pipe(z.number().min(min).max(max));
