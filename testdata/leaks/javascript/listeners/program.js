// Leaks: an emitter that gets a listener for every connection and loses none.
'use strict';
const leak = require('../leak');

const { EventEmitter } = require('events');

const bus = new EventEmitter();
bus.setMaxListeners(0);
function connect(i) {
  const state = { id: i, buffer: 'x'.repeat(50) + i };
  bus.on('config', function onConfig() { return state; });
}
for (let i = 0; i < leak.n(5000); i++) connect(i);
exports.bus = bus;

leak.dump();
