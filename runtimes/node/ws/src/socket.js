'use strict';

const { WebSocket, WebSocketServer } = require('ws');
const { z } = require('zod');

const config = require('./config');
const logger = require('./logger');

const INVALID = JSON.stringify({ type: 'error', error: 'invalid' });

const messageSchema = z.strictObject({ type: z.enum(['echo', 'broadcast']), data: z.json() });

/* What a text asks for; undefined where it is none of our messages. */
function typeOf(text) {
	try {
		return messageSchema.safeParse(JSON.parse(text)).data?.type;
	} catch {
		return undefined;
	}
}

/* Who doesn't read what we send is cut off, before it fills our memory. */
function send(socket, text) {
	if (socket.readyState !== WebSocket.OPEN)
		return;
	if (socket.bufferedAmount > config.maxUnsentBytes)
		return socket.terminate();
	socket.send(text);
}

function onMessage(sockets, socket, text, isBinary) {
	const type = isBinary ? undefined : typeOf(text);

	if (type === 'broadcast')
		for (const other of sockets.clients)
			send(other, text);
	else
		send(socket, type === 'echo' ? text : INVALID);
}

/* A peer that vanished without a word is noticed when it misses a ping. */
function pingAll(sockets) {
	for (const socket of sockets.clients) {
		if (!socket.isAlive)
			socket.terminate();
		socket.isAlive = false;
		socket.ping();
	}
}

exports.createSocketServer = function createSocketServer() {
	const sockets = new WebSocketServer({ noServer: true, maxPayload: config.maxMessageBytes });

	sockets.on('connection', (socket, request) => {
		const log = logger.child({ peer: request.socket.remotePort });

		log.info('connected');
		socket.isAlive = true;
		socket.on('pong', () => (socket.isAlive = true));
		socket.on('message', (data, isBinary) => onMessage(sockets, socket, data.toString(), isBinary));
		socket.on('error', (error) => log.warn(error));
		socket.on('close', (code) => log.info({ code }, 'disconnected'));
	});
	setInterval(pingAll, config.pingIntervalMs, sockets).unref();
	return sockets;
};
