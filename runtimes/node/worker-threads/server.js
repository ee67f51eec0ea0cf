'use strict';

const { createApp } = require('./app');
const { startWorkers } = require('./workers');

async function main() {
	const workers = await startWorkers(2);
	const server = createApp(workers);

	process.once('SIGTERM', () => {
		server.close();
		server.closeAllConnections();
		workers.terminate();
	});
	server.listen(Number(process.env.PORT || 0), '127.0.0.1', () => {
		console.log(`listening on port ${server.address().port}`);
	});
}

main();
