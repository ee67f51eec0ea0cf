'use strict';

const cluster = require('node:cluster');

const { createApp } = require('./app');

const server = createApp().listen(Number(process.env.PORT || 0), '127.0.0.1');

process.once('SIGTERM', () => {
	server.closeAllConnections();
	cluster.worker.disconnect();
});
