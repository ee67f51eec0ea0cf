const server = Bun.serve({
	hostname: '127.0.0.1',
	port: Number(process.env.PORT || 0),
	fetch(request) {
		const { pathname, search } = new URL(request.url);

		return Response.json({ message: 'hello from bun', path: pathname + search });
	},
});

console.log(`listening on port ${server.port}`);

process.on('SIGTERM', () => server.stop(true));
