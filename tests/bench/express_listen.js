// SPDX-License-Identifier: BSD-2-Clause
// Starts the workload node/express-api of the current folder, and ends as soon as it listens.
'use strict';

const load = require('node:module').createRequire(process.cwd() + '/');

load('dotenv').config({ quiet: true });
load('./src/logger');
load('./src/app').createApp().listen(0, '127.0.0.1', (error) => process.exit(error ? 1 : 0));
