// Leaks: a variable of the global object.
'use strict';
const leak = require('../leak');

class Token {
  constructor(i) {
    this.text = 'token ' + i;
    this.scope = ['read', 'write', 'n' + i];
  }
}

globalThis.tokens = [];
for (let i = 0; i < leak.n(10000); i++) globalThis.tokens.push(new Token(i));

leak.dump();
