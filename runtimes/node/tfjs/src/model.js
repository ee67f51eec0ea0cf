'use strict';

const { readFile } = require('node:fs/promises');
const path = require('node:path');

const tf = require('@tensorflow/tfjs');

const { toRow } = require('./payment');

/* Without TensorFlow's C library TensorFlow.js loads over HTTP only: this reads from |folder|. */
const fromFolder = (folder) => ({
	async load() {
		const { modelTopology, weightsManifest } = JSON.parse(
			await readFile(path.join(folder, 'model.json'), 'utf8'),
		);
		const weightData = await Promise.all(
			weightsManifest.flatMap((group) => group.paths).map(async (name) => {
				const bytes = await readFile(path.join(folder, name));

				return new Uint8Array(bytes).buffer;
			}),
		);

		return {
			modelTopology,
			weightSpecs: weightsManifest.flatMap((group) => group.weights),
			weightData,
		};
	},
});

/* The trained network, run by TensorFlow.js. */
class Model {
	#layers;

	constructor(layers) {
		this.#layers = layers;
	}

	async score(features) {
		const probability = tf.tidy(() => this.#layers.predict(tf.tensor2d([toRow(features)])));

		try {
			return (await probability.data())[0];
		} finally {
			probability.dispose();
		}
	}
}

exports.loadModel = async (folder) => new Model(await tf.loadLayersModel(fromFolder(folder)));
