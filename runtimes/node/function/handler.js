'use strict';

const answer = (statusCode, body) => ({ statusCode, body: JSON.stringify(body) });

exports.handler = async (event, context) => {
	const name = event?.name;

	if (typeof name !== 'string' || name === '')
		return answer(400, { error: 'invalid' });
	return answer(200, { message: `hello ${name}` });
};
