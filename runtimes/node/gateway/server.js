'use strict';

const { createApp } = require('./src/app');
const config = require('./src/config');
const { startUpstreams } = require('./src/upstreams');

async function main() {
	const upstreams = await startUpstreams(['a', 'b']);
	const app = await createApp(upstreams.urls);

	process.once('SIGTERM', async () => {
		await app.close();
		upstreams.stop();
	});
	await app.listen({ host: config.HOST, port: config.PORT });
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
