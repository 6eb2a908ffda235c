// Leaks: a module's Map that nothing is deleted from.
'use strict';
const leak = require('../leak');

class Session {
  constructor(i) {
    this.user = 'user ' + i;
    this.cart = [i, i + 1, i + 2, i + 3];
  }
}

const sessions = new Map();
function login(i) {
  sessions.set('s' + i, new Session(i));
}
for (let i = 0; i < leak.n(10000); i++) login(i);
exports.login = login;

leak.dump();
