'use strict';

const jwt = require('jsonwebtoken');

const { jwtSecret } = require('./config');

/* Lets a request with a good bearer token pass. */
module.exports = function requireToken(request, response, next) {
	const [scheme, token] = (request.get('authorization') ?? '').split(' ');

	try {
		if (scheme.toLowerCase() !== 'bearer')
			throw new jwt.JsonWebTokenError('no bearer token');
		request.user = jwt.verify(token, jwtSecret, { algorithms: ['HS256'] });
		if (!request.user.sub)
			throw new jwt.JsonWebTokenError('no subject');
	} catch (error) {
		if (!(error instanceof jwt.JsonWebTokenError))
			return next(error);
		return response.status(401).json({ error: 'unauthorized' });
	}
	next();
};
