'use strict';

const { Scorer } = require('./src/scorer');

const scorer = new Scorer(); // it takes longest: all else is loaded while it starts

const config = require('./src/config');
const logger = require('./src/logger');
const { createApp } = require('./src/app');
const { Exchange } = require('./src/exchange');

async function main() {
	const exchange = new Exchange();
	const app = createApp(exchange);

	process.once('SIGTERM', async () => {
		scorer.removeAllListeners('end');
		await app.close();
		await exchange.close();
		scorer.stop();
	});
	scorer.once('end', (end) => {
		logger.fatal({ end }, 'the scorer ended');
		process.exit(1);
	});
	await Promise.all([scorer.ready(), exchange.open(), app.ready()]);
	await app.listen({ host: config.HOST, port: config.PORT });
}

main().catch((error) => {
	logger.fatal(error);
	process.exit(1);
});
