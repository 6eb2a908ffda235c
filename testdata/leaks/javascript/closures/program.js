// Leaks: functions in an array, each with the scope that it was made in.
'use strict';
const leak = require('../leak');

const queue = [];
function submit(i) {
  const job = { id: i, payload: 'p'.repeat(100) + i, parts: [i, i, i] };
  queue.push(function run() { return job.payload; });
}
for (let i = 0; i < leak.n(10000); i++) submit(i);
exports.submit = submit;

leak.dump();
