// SPDX-License-Identifier: BSD-2-Clause
/*
 * module_oracle.js - what Node.js itself says of each module that it loads
 *
 * Preloaded (NODE_OPTIONS=--require). Writes ORACLE.THREAD when a thread ends, a list of
 *   [kind, file, parent, begin, end, failed]
 * by the begin of loads; times of CLOCK_MONOTONIC. Kind "load": through Module._load, "run": an ES
 * module that calls oracle.begin() and oracle.end() itself, or is made to by ORACLE_HOOKS=1, where
 * Node.js has module.registerHooks(); "link": file is imported by parent.
 */
'use strict';

const fs = require('node:fs');
const Module = require('node:module');
const { fileURLToPath } = require('node:url');
const { threadId } = require('node:worker_threads');

const now = process.hrtime.bigint;
const all = [];
const open = [];
const running = new Map();

const loadAny = Module._load;
const loadFile = Module.prototype.load;

Module._load = function load(request, parent) {
	const one = { kind: 'load', parent: parent?.filename, begin: now(), failed: true };

	open.push(one);
	try {
		const exported = Reflect.apply(loadAny, this, arguments);

		one.failed = false;
		return exported;
	} finally {
		one.end = now();
		open.pop();
		if (one.file)
			all.push(one);
	}
};

Module.prototype.load = function load(file) {
	if (open.length)
		open.at(-1).file = file;
	return Reflect.apply(loadFile, this, arguments);
};

globalThis.oracle = {
	begin(file) {
		const one = { kind: 'run', file, begin: now(), failed: true };

		running.set(file, one);
		all.push(one);
	},
	end(file) {
		const one = running.get(file);

		one.end = now();
		one.failed = false;
	},
};

const pathOf = (url) => (url?.startsWith('file:') ? fileURLToPath(url) : undefined);

if (process.env.ORACLE_HOOKS && Module.registerHooks)
	Module.registerHooks({
		resolve(specifier, context, next) {
			const found = next(specifier, context);

			all.push({ kind: 'link', file: pathOf(found.url), parent: pathOf(context.parentURL),
				begin: now(), end: now() });
			return found;
		},
		load(url, context, next) {
			const found = next(url, context);

			if (found.format !== 'module')
				return found;
			const file = JSON.stringify(pathOf(url));
			const text = found.source.toString().replace(/^#!/, '//');

			return { ...found,
				source: `oracle.begin(${file});${text}\n;oracle.end(${file});` };
		},
	});

process.on('exit', () => {
	const told = all.map((one) => [one.kind, one.file ?? null, one.parent ?? null,
		Number(one.begin), Number(one.end ?? 0n), Boolean(one.failed)]);

	told.sort((a, b) => a[3] - b[3]);
	fs.writeFileSync(`${process.env.ORACLE}.${threadId}`, JSON.stringify(told));
});
