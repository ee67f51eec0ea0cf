'use strict';

const { createApp } = require('./src/app');
const config = require('./src/config');

async function main() {
	const app = await createApp();

	process.once('SIGTERM', () => app.close());
	await app.listen({ host: config.HOST, port: config.PORT });
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
