'use strict';

const path = require('node:path');

const { createClient } = require('@libsql/client/sqlite3');
const { drizzle } = require('drizzle-orm/libsql/sqlite3');
const { migrate } = require('drizzle-orm/libsql/migrator');
const plugin = require('fastify-plugin');

const { SCRATCH } = require('./config');
const schema = require('./schema');

const migrationsFolder = path.join(__dirname, '..', 'migrations');

module.exports = plugin(async (app) => {
	const client = createClient({ url: SCRATCH ? `file:${SCRATCH}/items.sqlite3` : ':memory:' });
	const db = drizzle(client, { schema });

	await migrate(db, { migrationsFolder });
	app.decorate('db', db);
	app.addHook('onClose', async () => client.close());
});
