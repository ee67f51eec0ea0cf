'use strict';

const { createApp } = require('./src/app');
const { Jobs } = require('./src/jobs');
const { Pool } = require('./src/pool');

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 0);
const workers = Number(process.env.WORKERS ?? 2);

async function main() {
	const pool = new Pool(workers);
	const server = createApp(new Jobs(pool));

	process.once('SIGTERM', async () => {
		server.close();
		server.closeAllConnections();
		await pool.close();
	});
	await pool.ready();
	server.listen(port, host, () => {
		console.log(JSON.stringify({ message: 'listening', port: server.address().port, workers }));
	});
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
