'use strict';

const config = require('./src/config');
const { createApp } = require('./src/app');
const { loadModel } = require('./src/model');

async function main() {
	const app = createApp(await loadModel(config.MODEL));

	process.on('SIGTERM', () => app.close());
	await app.listen({ host: config.HOST, port: config.PORT });
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
