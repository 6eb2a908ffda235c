// A server with routes, listeners and a bounded history.
'use strict';
const leak = require('../leak');

const http = require('http');
const { EventEmitter } = require('events');

const routes = new Map();
for (let i = 0; i < 40; i++) routes.set('/r' + i, () => ({ ok: i }));
const recent = [];
const bus = new EventEmitter();
for (let i = 0; i < 5; i++) bus.on('log', () => i);
const server = http.createServer((q, r) => r.end(JSON.stringify(routes.get(q.url)())));
server.listen(0, '127.0.0.1');
for (let i = 0; i < leak.n(20000); i++) {
  recent.push({ url: '/r' + (i % 40), at: i });
  if (recent.length > 100) recent.shift();
}
exports.state = { routes, recent, bus, server };

leak.dump();
