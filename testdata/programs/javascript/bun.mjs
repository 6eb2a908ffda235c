// Writes Bun's snapshots of a small program in V8's form and in JavaScriptCore's two.
//
//	bun bun.mjs out.heapsnapshot out.inspector.json out.gcdebugging.json
import fs from 'node:fs';
import { generateHeapSnapshotForDebugging } from 'bun:jsc';

class Session {
  constructor(i) {
    this.id = i;
    this.user = { name: 'user' + i };
  }
}

const cache = new Map();
const list = [];
const registry = {};
for (let i = 0; i < 40; i++) {
  const s = new Session(i);
  cache.set('u' + i, s);
  registry['secret-' + i] = s;
  list.push(function onDone() { return s; });
}
globalThis.app = { cache, list, registry };
fs.writeFileSync(process.argv[2], Bun.generateHeapSnapshot('v8').trimEnd());
fs.writeFileSync(process.argv[3], JSON.stringify(Bun.generateHeapSnapshot()));
fs.writeFileSync(process.argv[4], JSON.stringify(generateHeapSnapshotForDebugging()));
