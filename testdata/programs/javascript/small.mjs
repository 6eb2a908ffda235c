// What the tests of graph/dump/heapsnapshot look for, in Node and Deno:
//
//	node small.mjs out.heapsnapshot      deno run -A small.mjs out.heapsnapshot
import v8 from 'node:v8';
import process from 'node:process';
import { EventEmitter } from 'node:events';

class Session {
  constructor(i) {
    this.id = i;
    this.user = { name: 'user' + i };
  }
}

const cache = new Map();
const byNumber = new Map();
const members = new Set();
const registry = {};
const meta = new WeakMap();
const bus = new EventEmitter();
const list = [];

function handle(i) {
  const s = new Session(i);
  cache.set('u' + i, s);
  byNumber.set(i, s);
  members.add(s);
  meta.set(s, { seen: i });
  registry['secret-' + i] = { i };
  bus.on('tick', function onTick() { return s.id; });
  list.push(() => s);
}

bus.setMaxListeners(0);
for (let i = 0; i < 40; i++) handle(i);
globalThis.app = { cache, byNumber, members, registry, meta, bus, list };
v8.writeHeapSnapshot(process.argv[2]);
process.exit(0);
