/* The folder itself is the root: a lock file further up is none of this application's. */
export default {
	output: 'standalone',
	outputFileTracingRoot: import.meta.dirname,
	turbopack: { root: import.meta.dirname },
};
