'use strict';

require('dotenv').config({ quiet: true });

const config = require('./src/config');
const logger = require('./src/logger');
const { createApp } = require('./src/app');
const database = require('./src/database');

function serve() {
	const server = createApp().listen(config.port, config.host, (error) => {
		if (error) {
			logger.fatal(error, 'cannot listen');
			process.exit(1);
		}
		logger.info({ port: server.address().port }, 'listening');
	});

	process.on('SIGTERM', () => {
		server.close(() => database.close());
		server.closeAllConnections?.();
	});
}

database.prepare().then(serve, (error) => {
	logger.fatal(error, 'cannot open the database');
	process.exit(1);
});
