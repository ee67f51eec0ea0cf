'use strict';

const { InferenceSession, Tensor } = require('onnxruntime-node');

const { toRow } = require('./payment');

/* The trained network, run by ONNX Runtime. */
class Model {
	#session;

	constructor(session) {
		this.#session = session;
	}

	async score(features) {
		const row = Float32Array.from(toRow(features));
		const { probability } = await this.#session.run({
			features: new Tensor('float32', row, [1, row.length]),
		});

		return probability.data[0];
	}
}

exports.loadModel = async (file) => new Model(await InferenceSession.create(file));
