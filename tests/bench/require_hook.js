// SPDX-License-Identifier: BSD-2-Clause
// require_hook.js - what a hook around each require() costs: preloaded by node --require
const Module = require('node:module');
const load = Module._load;
const times = [];

Module._load = function (request, parent, isMain) {
	const begin = process.hrtime.bigint();

	try {
		return load.call(this, request, parent, isMain);
	} finally {
		times.push([request, process.hrtime.bigint() - begin]);
	}
};
