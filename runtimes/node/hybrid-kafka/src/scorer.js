'use strict';

const { spawn } = require('node:child_process');
const { EventEmitter, once } = require('node:events');
const path = require('node:path');

const config = require('./config');

const FOLDER = path.join(__dirname, '..');

/* The process in Python that answers what is asked on Kafka. Emits 'end' when that ends. */
exports.Scorer = class Scorer extends EventEmitter {
	#process;
	#ready;

	constructor() {
		super();
		this.#process = spawn(config.PYTHON, ['-m', 'scorer'], {
			cwd: FOLDER,
			env: {
				...process.env,
				KAFKA_BROKERS: config.KAFKA_BROKERS.join(','),
				KAFKA_PREFIX: config.KAFKA_PREFIX,
				PARENT_FD: '3',
			},
			stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
		});
		this.#process.once('exit', (code, signal) => this.emit('end', signal ?? code));
		this.#ready = this.#connect();
	}

	/* Resolves once it takes requests. */
	ready() {
		return this.#ready;
	}

	stop() {
		this.#process.kill();
	}

	/* It writes a line to descriptor 3 when it has its share of the topic. */
	async #connect() {
		await once(this.#process, 'spawn');
		await once(this.#process.stdio[3], 'data');
	}
};
