// Leaks: a linked list whose tail is never cut.
'use strict';
const leak = require('../leak');

class Event {
  constructor(i, previous) {
    this.name = 'event ' + i;
    this.previous = previous;
  }
}

let last = null;
exports.emit = (i) => (last = new Event(i, last));
for (let i = 0; i < leak.n(10000); i++) exports.emit(i);

leak.dump();
