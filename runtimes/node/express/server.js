'use strict';

const express = require('express');

const app = express();

app.get('/', (request, response) => response.json({ message: 'hello from express' }));
app.use((request, response) => response.status(404).json({ error: 'not found' }));

const server = app.listen(Number(process.env.PORT || 0), '127.0.0.1', (error) => {
	if (error)
		throw error;
	console.log(`listening on port ${server.address().port}`);
});

process.on('SIGTERM', () => {
	server.close();
	server.closeAllConnections();
});
