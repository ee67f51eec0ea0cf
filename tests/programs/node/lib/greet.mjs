// SPDX-License-Identifier: BSD-2-Clause
// greet.mjs - an ES module of the application
export default (url) => `hello ${url}\n`;
