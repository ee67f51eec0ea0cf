'use strict';

const { randomUUID } = require('node:crypto');

const { Kafka, Partitioners, logLevel } = require('kafkajs');

const config = require('./config');
const logger = require('./logger');

const REQUESTS = `${config.KAFKA_PREFIX}score-requests`;
const ANSWERS = `${config.KAFKA_PREFIX}score-answers`;

const LEVELS = {
	[logLevel.ERROR]: 'error',
	[logLevel.WARN]: 'warn',
	[logLevel.INFO]: 'info',
	[logLevel.DEBUG]: 'debug',
};

const toPino = () => ({ level, log: { message, timestamp, ...details } }) =>
	logger[LEVELS[level]](details, message);

/* Asks over one topic and is answered over another; an id tells whose answer it is. */
exports.Exchange = class Exchange {
	#pending = new Map();
	#producer;
	#consumer;

	constructor() {
		const kafka = new Kafka({
			clientId: 'api',
			brokers: config.KAFKA_BROKERS,
			logCreator: toPino,
		});

		this.#producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
		this.#consumer = kafka.consumer({
			groupId: `${config.KAFKA_PREFIX}api`,
			maxWaitTimeInMs: config.KAFKA_FETCH_WAIT_MS,
		});
	}

	/* Resolves once questions can be asked and answers arrive. */
	async open() {
		await Promise.all([this.#producer.connect(), this.#consumer.connect()]);
		await this.#consumer.subscribe({ topic: ANSWERS, fromBeginning: true });
		await this.#consumer.run({ eachMessage: async ({ message }) => this.#settle(message) });
	}

	async score(payment) {
		const id = randomUUID();
		const answer = this.#expect(id);

		await this.#producer.send({
			topic: REQUESTS,
			messages: [
				{ key: id, value: JSON.stringify(payment), headers: { 'correlation-id': id } },
			],
		});
		return answer;
	}

	async close() {
		await Promise.all([this.#producer.disconnect(), this.#consumer.disconnect()]);
	}

	#expect(id) {
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#pending.delete(id);
				reject(new Error(`no answer after ${config.SCORER_TIMEOUT_MS} ms`));
			}, config.SCORER_TIMEOUT_MS);

			this.#pending.set(id, { resolve, reject, timer });
		});
	}

	#settle({ headers, value }) {
		const id = headers['correlation-id'].toString();
		const waiting = this.#pending.get(id);

		if (!waiting)
			return;
		this.#pending.delete(id);
		clearTimeout(waiting.timer);

		const { error, ...verdict } = JSON.parse(value);

		if (error)
			waiting.reject(new Error(`the scorer failed: ${error}`));
		else
			waiting.resolve(verdict);
	}
};
