// SPDX-License-Identifier: BSD-2-Clause
// nestjs_load.js - loads what a NestJS application loads, from the current folder, and ends
const { createRequire } = require('node:module');
const load = createRequire(`${process.cwd()}/package.json`);

for (const name of ['reflect-metadata', '@nestjs/common', '@nestjs/core', '@nestjs/platform-express'])
	load(name);
