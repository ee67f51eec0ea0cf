'use strict';

const { createApp } = require('./src/app');
const config = require('./src/config');
const logger = require('./src/logger');
const { createQueue } = require('./src/queue');
const { Workers } = require('./src/workers');

async function main() {
	const workers = new Workers(config.WORKERS);
	const queue = createQueue();
	const app = await createApp(queue);

	process.once('SIGTERM', async () => {
		workers.stop();
		await app.close();
		await queue.close();
	});
	await workers.ready();
	await app.listen({ host: config.HOST, port: config.PORT });
}

main().catch((error) => {
	logger.fatal(error);
	process.exit(1);
});
