'use strict';

const { integer, real, sqliteTable, text } = require('drizzle-orm/sqlite-core');

exports.items = sqliteTable('items', {
	id: integer().primaryKey({ autoIncrement: true }),
	name: text().notNull(),
	price: real().notNull(),
	tags: text({ mode: 'json' }).notNull(),
});
