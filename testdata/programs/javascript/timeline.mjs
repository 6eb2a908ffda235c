// Writes a timeline of allocations with stack traces: node timeline.mjs x.heaptimeline
import inspector from 'node:inspector';
import fs from 'node:fs';
const s = new inspector.Session(); s.connect();
const post = (m, p) => new Promise((ok, no) => s.post(m, p, (e, r) => e ? no(e) : ok(r)));
await post('HeapProfiler.enable');
await post('HeapProfiler.startTrackingHeapObjects', { trackAllocations: true });
class Session { constructor(i) { this.id = i; this.data = new Array(20).fill(i + 0.5); } }
const cache = [];
function login(i) { cache.push(new Session(i)); }
function handle() { for (let i = 0; i < 2000; i++) login(i); }
handle();
globalThis.cache = cache;
const out = fs.openSync(process.argv[2], 'w');
s.on('HeapProfiler.addHeapSnapshotChunk', (m) => fs.writeSync(out, m.params.chunk));
await post('HeapProfiler.stopTrackingHeapObjects', { reportProgress: false });
fs.closeSync(out);
