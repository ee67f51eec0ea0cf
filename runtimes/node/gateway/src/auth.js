'use strict';

const jwt = require('@fastify/jwt');
const plugin = require('fastify-plugin');

const { JWT_SECRET } = require('./config');

module.exports = plugin(async (app) => {
	await app.register(jwt, {
		secret: JWT_SECRET,
		verify: { algorithms: ['HS256'], requiredClaims: ['sub'] },
	});

	/* To be an onRequest hook, so that nothing of a request without a token goes on. */
	app.decorate('authenticate', async (request, reply) => {
		try {
			await request.jwtVerify();
		} catch (error) {
			request.log.info(error);
			return reply.code(401).send({ error: 'unauthorized' });
		}
	});
});
