// SPDX-License-Identifier: BSD-2-Clause
/*
 * module_hook.js - tells coldprof of each CommonJS module that is loaded (run --module-hook)
 *
 * Preloaded into programs whose V8 can't be read from outside. coldprof records every look-up of a
 * path, so a look-up below a folder that can't exist is a message; profiler/hook_calls.h says which
 * there are. Nothing here may change or break the program: what fails is not told. No function of
 * the loader is replaced, so that its stacks stay what they are: the moments at which it reads
 * Module._load and Module.prototype.load, and sets module.loaded, say enough. In the language of
 * old versions of Node.js on purpose.
 */
'use strict';

const Module = module.constructor; // that of require('module'), which takes longer
const { existsSync } = require('fs');

const { defineProperty, getOwnPropertyDescriptor } = Object;
const now = process.hrtime.bigint;

// a program may replace the methods of all maps
const unbound = (method) => Function.prototype.call.bind(method);
const mapGet = unbound(Map.prototype.get);
const mapSet = unbound(Map.prototype.set);

const numbers = new Map(); // file name -> the number of its latest load
const open = []; // loads that have begun, the innermost last

let count = 0;
let asked = null; // when Module._load was last called, until a load begins or ends

function tell(what) {
	existsSync(`/proc/self/coldprof-module/${what}`);
}

// ---- who it is ----

// the main module has the name '.' until it runs
function fileOf(module) {
	if (module.id !== '.')
		return module.id;
	for (const file in Module._cache)
		if (Module._cache[file] === module)
			return file;
	return undefined;
}

// with that option Node.js would warn of who looks at module.parent
const parentWarns = process.env.NODE_PENDING_DEPRECATION === '1' ||
	/--pending[-_]deprecation/.test(`${process.execArgv} ${process.env.NODE_OPTIONS}`);

// what the loader of ES modules has made before it was required has no parent but is a child
function parentOf(module) {
	const parent = parentWarns ? null : module.parent;
	const last = open.length ? open[open.length - 1].module : null;

	if (parent)
		return parent.filename;
	return last && last.children[last.children.length - 1] === module ? last.filename : null;
}

// ---- the life of a load ----

function drop() {
	const load = open[open.length - 1];

	open.length--;
	load.open = false;
	return load;
}

function fail() {
	tell(`failed/${drop().number}`);
}

// what has thrown is taken out of the cache, and that is all that is seen of it
function failThrown() {
	while (open.length) {
		const load = open[open.length - 1];

		if (!load.cached || Module._cache[load.file] === load.module)
			return;
		fail();
	}
}

function end(load) {
	if (load.open) {
		while (open[open.length - 1] !== load)
			fail();
		drop();
	}
	tell(`end/${load.number}`);
	asked = null;
}

function awaitEnd(load) {
	defineProperty(load.module, 'loaded', {
		__proto__: null,
		configurable: true,
		enumerable: true,
		get() {
			return false;
		},
		set(value) {
			defineProperty(this, 'loaded', {
				__proto__: null, configurable: true, enumerable: true, writable: true, value,
			});
			try {
				if (value && this === load.module)
					end(load);
			} catch (error) {
				// not told
			}
		},
	});
}

function begin(module) {
	const loaded = getOwnPropertyDescriptor(module, 'loaded');
	const file = fileOf(module);

	if (!loaded || loaded.value !== false || typeof file !== 'string')
		return;
	failThrown();
	const load = { module, file, number: ++count, open: true, cached: Module._cache[file] === module };
	const parent = mapGet(numbers, parentOf(module)) || 0;
	// who calls module.load() itself has not asked for it by Module._load
	const ago = load.cached && asked !== null ? now() - asked : 0;

	asked = null;
	tell(`begin/${load.number}/${parent}/${ago}/${file}`);
	mapSet(numbers, file, load.number);
	open[open.length] = load;
	awaitEnd(load);
}

// ---- when the loader reads a function of its own, before it calls it ----

// In stacks V8 names a method by the property that holds it, which an accessor does not. Before
// that it looks at the function's name, and up to Node.js 20 at what its source suggests for one.
function keepNameInStacks(method, name) {
	const own = getOwnPropertyDescriptor(method, 'name');

	if (parseInt(process.versions.node, 10) > 20 && own && own.value === '')
		defineProperty(method, 'name', { __proto__: null, value: name });
}

function onRead(object, name, notice) {
	let value = object[name];

	keepNameInStacks(value, name);
	defineProperty(object, name, {
		__proto__: null,
		configurable: true,
		enumerable: getOwnPropertyDescriptor(object, name).enumerable,
		get() {
			try {
				notice(this);
			} catch (error) {
				// a property that throws, a file system that is closed: nobody's business here
			}
			return value;
		},
		set(other) {
			if (this === object)
				value = other;
			else
				defineProperty(this, name, {
					__proto__: null, configurable: true, enumerable: true,
					writable: true, value: other,
				});
		},
	});
}

function hook() {
	onRead(Module, '_load', () => {
		failThrown();
		asked = now();
	});
	onRead(Module.prototype, 'load', begin);
	try {
		tell('ready');
	} catch (error) {
		// nor will anything else be told
	}
}

// before 10.7 there is no such clock
if (now)
	hook();
delete require.cache[__filename];
