import { createApp } from './src/app.js';
import { makeChains } from './src/chain.js';
import { config } from './src/config.js';
import { loadDocuments } from './src/documents.js';

const app = createApp(await makeChains(await loadDocuments(config.DOCUMENTS)));

process.on('SIGTERM', () => app.close());
await app.listen({ host: config.HOST, port: config.PORT });
