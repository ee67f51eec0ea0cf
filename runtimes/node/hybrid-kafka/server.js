'use strict';

const { startScorer } = require('./src/scorer');

const starting = startScorer(); // it takes longest: all else is loaded while it starts

const config = require('./src/config');
const logger = require('./src/logger');
const { createApp } = require('./src/app');
const { Exchange } = require('./src/exchange');

async function main() {
	const exchange = new Exchange();
	const [scorer] = await Promise.all([starting, exchange.open()]);
	const app = createApp(exchange);
	let stopping = false;

	process.once('SIGTERM', async () => {
		stopping = true;
		await app.close();
		await exchange.close();
		scorer.stop();
	});
	scorer.ended.then((end) => {
		if (stopping)
			return;
		logger.fatal({ end }, 'the scorer ended');
		process.exit(1);
	});
	await app.listen({ host: config.HOST, port: config.PORT });
}

main().catch((error) => {
	logger.fatal(error);
	process.exit(1);
});
