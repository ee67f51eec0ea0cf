'use strict';

const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
const { getSignedUrl } = require('@aws-sdk/s3-request-presigner');

const BUCKET = 'coldprof';
const EXPIRES_SECONDS = 900;

/* Made once, when the module loads: a warm call must not pay for it. The credentials are an
   example's; signing needs no network. */
const s3 = new S3Client({
	region: 'eu-central-1',
	credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'example' },
});

const answer = (statusCode, body) => ({ statusCode, body: JSON.stringify(body) });

exports.handler = async (event, context) => {
	const key = event?.key;

	if (typeof key !== 'string' || key === '')
		return answer(400, { error: 'invalid' });

	const command = new GetObjectCommand({ Bucket: BUCKET, Key: key });
	const url = await getSignedUrl(s3, command, { expiresIn: EXPIRES_SECONDS });

	return answer(200, { url });
};
