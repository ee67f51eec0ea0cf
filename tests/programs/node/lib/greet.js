// SPDX-License-Identifier: BSD-2-Clause
// greet.js - a module of the application
module.exports = (url) => `hello ${url}\n`;
