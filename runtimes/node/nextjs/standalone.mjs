import { cpSync, readFileSync, writeFileSync } from 'node:fs';

/* What the browser loads is not part of the standalone output: a CDN may have it instead. */
cpSync('.next/static', '.next/standalone/.next/static', { recursive: true });

/* The server that Next.js generates takes 3000 for 0. */
const server = '.next/standalone/server.js';
const generated = readFileSync(server, 'utf8');
const patched = generated.replace(
	'parseInt(process.env.PORT, 10) || 3000',
	'parseInt(process.env.PORT ?? 3000, 10)',
);

if (patched === generated)
	throw new Error(`${server} takes its port in another way now`);
writeFileSync(server, patched);
