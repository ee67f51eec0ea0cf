'use strict';

const { Scorer } = require('./src/scorer');

const scorer = new Scorer(); // it takes longest: all else is loaded while it starts

const config = require('./src/config');
const { createApp } = require('./src/app');

async function main() {
	const app = createApp(scorer);

	process.once('SIGTERM', async () => {
		scorer.removeAllListeners('end');
		await app.close();
		await scorer.stop();
	});
	scorer.once('end', (end) => {
		app.log.fatal({ end }, 'the scorer ended');
		process.exit(1);
	});
	await Promise.all([scorer.ready(), app.ready()]);
	await app.listen({ host: config.HOST, port: config.PORT });
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
