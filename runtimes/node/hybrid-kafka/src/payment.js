'use strict';

const FEATURES = [
	'amount',
	'hour',
	'account_age_days',
	'payments_last_hour',
	'distance_km',
	'foreign_card',
	'failed_logins',
	'merchant_risk',
];

exports.payment = {
	type: 'object',
	required: ['features'],
	additionalProperties: false,
	properties: {
		features: {
			type: 'object',
			required: FEATURES,
			additionalProperties: false,
			properties: Object.fromEntries(FEATURES.map((name) => [name, { type: 'number' }])),
		},
	},
};

exports.verdict = {
	type: 'object',
	required: ['score', 'fraud'],
	properties: { score: { type: 'number' }, fraud: { type: 'boolean' } },
};
