const server = Deno.serve(
	{
		hostname: '127.0.0.1',
		port: Number(Deno.env.get('PORT') || 0),
		onListen: ({ port }) => console.log(`listening on port ${port}`),
	},
	(request) => {
		const { pathname, search } = new URL(request.url);

		return Response.json({ message: 'hello from deno', path: pathname + search });
	},
);

Deno.addSignalListener('SIGTERM', () => server.shutdown());
