'use strict';

const Database = require('libsql');
const { Kysely, SqliteDialect } = require('kysely');

const config = require('./config');

const db = new Kysely({ dialect: new SqliteDialect({ database: new Database(config.database) }) });

const toItem = ({ id, name, price, tags }) => ({ id, name, price, tags: JSON.parse(tags) });

/* Makes the table, with the first item in it. */
exports.prepare = async function prepare() {
	await db.schema
		.createTable('items')
		.ifNotExists()
		.addColumn('id', 'integer', (column) => column.primaryKey().autoIncrement())
		.addColumn('name', 'text', (column) => column.notNull())
		.addColumn('price', 'real', (column) => column.notNull())
		.addColumn('tags', 'text', (column) => column.notNull())
		.execute();
	await db
		.insertInto('items')
		.values({ id: 1, name: 'first', price: 9.5, tags: '["example"]' })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
};

exports.findItem = async function findItem(id) {
	const row = await db.selectFrom('items').selectAll().where('id', '=', id).executeTakeFirst();

	return row && toItem(row);
};

exports.addItem = async function addItem({ name, price, tags }) {
	const row = await db
		.insertInto('items')
		.values({ name, price, tags: JSON.stringify(tags) })
		.returningAll()
		.executeTakeFirstOrThrow();

	return toItem(row);
};

exports.close = () => db.destroy();
