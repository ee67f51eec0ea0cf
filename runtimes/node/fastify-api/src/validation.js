'use strict';

const Ajv = require('ajv');

/* What comes in the address is text and is turned into numbers; a body says what it means. */
const address = new Ajv({ coerceTypes: true, useDefaults: true });
const body = new Ajv({ useDefaults: true, allErrors: true });

exports.validatorCompiler = ({ schema, httpPart }) =>
	(httpPart === 'body' ? body : address).compile(schema);
