'use strict';

const Ajv = require('ajv');

/*
 * Only what comes as text, in the path or the query, is turned into numbers: in a body a "3" is
 * no 3. Fastify's own validator makes no such difference, and drops keys that are not known.
 */
exports.createValidators = function createValidators() {
	const body = new Ajv({ useDefaults: true });
	const text = new Ajv({ useDefaults: true, coerceTypes: true });

	return ({ schema, httpPart }) => (httpPart === 'body' ? body : text).compile(schema);
};
