// Writes a heap snapshot of about a size in megabytes, of the shape of a large
// server: sessions in a Map, with nested objects, arrays, closures and strings.
//
//   node --max-old-space-size=8192 big.js 514 big.heapsnapshot
'use strict';
const v8 = require('v8');

class User {
  constructor(i) {
    this.name = 'user ' + i;
    this.roles = ['reader', 'writer'];
    this.address = { street: 'street ' + (i % 1000), city: 'city ' + (i % 50) };
  }
}

class Session {
  constructor(i) {
    this.user = new User(i);
    this.items = [];
    for (let k = 0; k < 4; k++) this.items.push({ sku: k, price: i * 1.5, owner: this.user });
    this.onEnd = () => this.user.name;
  }
}

const sessions = new Map();
const byName = {};
const megabytes = Number(process.argv[2]);
const count = Math.round(megabytes * 597);
for (let i = 0; i < count; i++) {
  const s = new Session(i);
  sessions.set('session ' + i, s);
  if (i % 10 === 0) byName[s.user.name] = s;
}
globalThis.app = { sessions, byName };
v8.writeHeapSnapshot(process.argv[3]);
