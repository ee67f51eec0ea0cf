'use strict';

const { fork } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const PROGRAM = path.join(__dirname, '..', 'upstream.js');

async function start(name) {
	const child = fork(PROGRAM, [name]);
	const [{ port }] = await Promise.race([
		once(child, 'message'),
		once(child, 'exit').then(([code]) => {
			throw new Error(`upstream ${name} ended with ${code}`);
		}),
	]);

	return { name, child, url: `http://127.0.0.1:${port}` };
}

/* The services behind the gateway, each a process of its own. */
exports.startUpstreams = async function startUpstreams(names) {
	const upstreams = await Promise.all(names.map(start));

	return {
		urls: Object.fromEntries(upstreams.map(({ name, url }) => [name, url])),
		stop: () => upstreams.forEach(({ child }) => child.connected && child.disconnect()),
	};
};
