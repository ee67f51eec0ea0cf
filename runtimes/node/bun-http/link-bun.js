/* One path for Bun, whichever machine's package was installed. */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';

const programs = ['bun-linux-x64', 'bun-linux-aarch64'].map(
	(name) => `../node_modules/@oven/${name}/bin/bun`,
);

mkdirSync('bin');
const program = programs.find((path) => existsSync(`bin/${path}`));
if (!program)
	throw new Error(`there is no Bun for ${process.platform} on ${process.arch}`);
symlinkSync(program, 'bin/bun');
