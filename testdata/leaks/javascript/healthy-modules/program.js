// Loads much of the standard library and keeps nothing of its work.
'use strict';
const leak = require('../leak');

for (const name of ['http', 'https', 'crypto', 'zlib', 'stream', 'url', 'util', 'path', 'fs', 'net', 'tls', 'dns', 'readline', 'worker_threads', 'assert', 'child_process']) require(name);
let sum = 0;
for (let i = 0; i < leak.n(100000); i++) sum += JSON.stringify({ i, text: 't' + i }).length;
exports.sum = sum;

leak.dump();
