// Leaks: one small function that keeps the large variable of another in the scope that both share.
'use strict';
const leak = require('../leak');

function open(i) {
  const rows = Array.from({ length: leak.n(20000) }, (_, k) => ({ k, text: 'row ' + k }));
  const first = rows[0].text + i;
  const print = () => rows.length; // nobody calls it any more
  print();
  return function title() { return first; };
}
exports.title = open(1);

leak.dump();
