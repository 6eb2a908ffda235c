// What the JavaScript programs of the corpus share: how much they leak, and the dump.
'use strict';
const v8 = require('v8');

exports.n = (count) => count * Number(process.env.LEAK_SCALE || 1);
exports.dump = () => {
  v8.writeHeapSnapshot(process.env.LEAK_DUMP);
  process.exit(0);
};
