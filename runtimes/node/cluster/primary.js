'use strict';

const cluster = require('node:cluster');

const WORKERS = 2;

let stopping = false;

cluster.on('listening', ({ id, process: { pid } }, { port }) => {
	console.log(`worker ${id} (pid ${pid}) listening on port ${port}`);
});
cluster.on('exit', ({ id }, code, signal) => {
	if (stopping)
		return;
	console.error(`worker ${id} ended by ${signal ?? `status ${code}`}: another is started`);
	cluster.fork();
});

for (let i = 0; i < WORKERS; i++)
	cluster.fork();

process.once('SIGTERM', () => {
	stopping = true;
	for (const worker of Object.values(cluster.workers))
		worker.process.kill('SIGTERM');
});
