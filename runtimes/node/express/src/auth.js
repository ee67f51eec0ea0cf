'use strict';

const { createHash, timingSafeEqual } = require('node:crypto');

const { apiToken } = require('./config');

const digest = (text) => createHash('sha256').update(text).digest();
const expected = digest(`Bearer ${apiToken}`);

/* Lets a request with the service's bearer token pass. */
module.exports = function requireToken(request, response, next) {
	if (!timingSafeEqual(digest(request.get('authorization') ?? ''), expected))
		return response.status(401).json({ error: 'unauthorized' });
	next();
};
