// Leaks: a Set of connections that are never taken out.
'use strict';
const leak = require('../leak');

class Connection {
  constructor(i) {
    this.peer = '10.0.0.' + i;
    this.read = { bytes: i };
  }
}

const open = new Set();
exports.accept = (i) => open.add(new Connection(i));
for (let i = 0; i < leak.n(10000); i++) exports.accept(i);

leak.dump();
