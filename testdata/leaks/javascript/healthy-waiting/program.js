// Healthy: a server with some requests that wait, closures with small scopes and texts that are shared.
'use strict';
const leak = require('../leak');

const waiting = new Set();
function wait(i) {
  const state = { i, text: 'request ' + i };
  return new Promise((resolve) => waiting.add(() => resolve(state)));
}
async function handle(i) {
  const state = await wait(i);
  return state.text;
}
for (let i = 0; i < 60; i++) handle(i);
const kind = 'the kind of a record that all records share';
const records = Array.from({ length: 400 }, (_, i) => ({ i, kind }));
const settled = Array.from({ length: 300 }, (_, i) => Promise.resolve(i));
exports.all = { waiting, records, settled };

leak.dump();
