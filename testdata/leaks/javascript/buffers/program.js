// Leaks: buffers of uploads in a Map.
'use strict';
const leak = require('../leak');

const uploads = new Map();
exports.upload = (i) => uploads.set('u' + i, Buffer.alloc(9000, 1));
for (let i = 0; i < leak.n(1000); i++) exports.upload(i);

leak.dump();
