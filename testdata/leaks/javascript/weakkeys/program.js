// Leaks: a WeakMap whose keys an array keeps.
'use strict';
const leak = require('../leak');

class Request {
  constructor(i) {
    this.id = i;
  }
}

class Details {
  constructor(i) {
    this.text = 'd'.repeat(60) + i;
    this.more = [i, i, i];
  }
}

const details = new WeakMap();
const recent = [];
exports.handle = (i) => {
  const r = new Request(i);
  details.set(r, new Details(i));
  recent.push(r);
};
for (let i = 0; i < leak.n(8000); i++) exports.handle(i);
exports.details = details;

leak.dump();
