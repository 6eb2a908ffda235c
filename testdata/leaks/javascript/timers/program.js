// Leaks: intervals that are never cleared.
'use strict';
const leak = require('../leak');

class Poll {
  constructor(i) {
    this.target = 'host ' + i;
    this.answers = [i, i, i, i, i, i];
  }
}

function poll(i) {
  const p = new Poll(i);
  setInterval(() => p.answers.push(1), 1e8);
}
for (let i = 0; i < leak.n(5000); i++) poll(i);

leak.dump();
