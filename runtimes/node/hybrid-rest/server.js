'use strict';

const { startScorer } = require('./src/scorer');

const starting = startScorer(); // it takes longest: all else is loaded while it starts

const config = require('./src/config');
const { createApp } = require('./src/app');

async function main() {
	const scorer = await starting;
	const app = createApp(scorer);
	let stopping = false;

	process.once('SIGTERM', async () => {
		stopping = true;
		await app.close();
		await scorer.stop();
	});
	scorer.ended.then((end) => {
		if (stopping)
			return;
		app.log.fatal({ end }, 'the scorer ended');
		process.exit(1);
	});
	await app.listen({ host: config.HOST, port: config.PORT });
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
