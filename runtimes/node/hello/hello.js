'use strict';

console.log('hello from node');
