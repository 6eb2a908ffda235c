// Leaks: promises that never settle, with what waits for them.
'use strict';
const leak = require('../leak');

class Reply {
  constructor(i) {
    this.text = 'reply ' + i;
    this.fields = [i, i, i, i];
  }
}

const waiting = [];
async function ask(i) {
  const r = new Reply(i);
  await new Promise((resolve) => waiting.push(resolve));
  return r;
}
for (let i = 0; i < leak.n(5000); i++) ask(i);
exports.waiting = waiting;

leak.dump();
