/* One path for Deno, whichever machine's package was installed. */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';

const programs = ['linux-x64-glibc', 'linux-arm64-glibc'].map(
	(name) => `../node_modules/@deno/${name}/deno`,
);

mkdirSync('bin');
const program = programs.find((path) => existsSync(`bin/${path}`));
if (!program)
	throw new Error(`there is no Deno for ${process.platform} on ${process.arch}`);
symlinkSync(program, 'bin/deno');
