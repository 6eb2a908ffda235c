// Leaks: an array to which every request is added.
'use strict';
const leak = require('../leak');

class Entry {
  constructor(i) {
    this.url = '/page/' + i;
    this.headers = { host: 'h' + i, agent: 'a' + i };
  }
}

const history = [];
exports.log = (i) => history.push(new Entry(i));
for (let i = 0; i < leak.n(10000); i++) exports.log(i);

leak.dump();
