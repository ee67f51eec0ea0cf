'use strict';

const cluster = require('node:cluster');

if (cluster.isPrimary)
	require('./primary');
else
	require('./worker');
