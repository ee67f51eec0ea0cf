'use strict';

const httpProxy = require('@fastify/http-proxy');

const { UPSTREAM_TIMEOUT_MS } = require('./config');

/* Hands what has a good token on to the upstream of its prefix. */
module.exports = async (app, { upstreams }) => {
	app.addHook('onRequest', app.authenticate);

	for (const [name, upstream] of Object.entries(upstreams))
		await app.register(httpProxy, {
			upstream,
			prefix: `/${name}`,
			rewritePrefix: '',
			undici: { headersTimeout: UPSTREAM_TIMEOUT_MS, bodyTimeout: UPSTREAM_TIMEOUT_MS },
			replyOptions: {
				rewriteRequestHeaders: (request, headers) => ({ ...headers, 'x-request-id': request.id }),
				onError: (reply, { error }) => {
					reply.log.error({ error, upstream: name }, 'no answer from the upstream');
					reply.code(502).send({ error: 'bad gateway' });
				},
			},
		});
};
