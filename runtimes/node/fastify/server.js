'use strict';

const app = require('fastify')({ logger: true, forceCloseConnections: true });

app.get('/', async () => ({ message: 'hello from fastify' }));
app.setNotFoundHandler((request, reply) => reply.code(404).send({ error: 'not found' }));

process.once('SIGTERM', () => app.close());

app.listen({ host: '127.0.0.1', port: Number(process.env.PORT || 0) }).catch((error) => {
	app.log.fatal(error);
	process.exit(1);
});
