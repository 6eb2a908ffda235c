// Leaks: an object that is used as a cache.
'use strict';
const leak = require('../leak');

class Page {
  constructor(i) {
    this.title = 'page ' + i;
    this.links = ['/a' + i, '/b' + i];
  }
}

const cache = {};
exports.render = (i) => (cache['/page/' + i] = new Page(i));
for (let i = 0; i < leak.n(10000); i++) exports.render(i);

leak.dump();
