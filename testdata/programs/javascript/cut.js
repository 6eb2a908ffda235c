// Makes a small snapshot of a large one: the objects whose names match, a few of
// each, what they and the program's app refer to, and the shortest paths to them. All edges between what
// is kept are kept, under the ids and names that they had.
//
//	node cut.js in.heapsnapshot out.heapsnapshot 'Session|onTick|Map'
'use strict';
const fs = require('fs');
const [, , input, output, pattern] = process.argv;
const s = JSON.parse(fs.readFileSync(input, 'utf8'));
const { node_fields: nf, edge_fields: ef } = s.snapshot.meta;
const N = nf.length, E = ef.length, F = Object.fromEntries(nf.map((f, i) => [f, i]));
const types = s.snapshot.meta.node_types[0], edgeTypes = s.snapshot.meta.edge_types[0];
const count = s.nodes.length / N;
const first = [0];
for (let i = 0; i < count; i++) first.push(first[i] + s.nodes[i * N + F.edge_count] * E);
const name = (i) => s.strings[s.nodes[i * N + F.name]];
const targets = function* (i) { for (let k = first[i]; k < first[i + 1]; k += E) yield s.edges[k + 2] / N; };

const parent = new Int32Array(count).fill(-1);
const queue = [0];
parent[0] = 0;
for (let at = 0; at < queue.length; at++) for (const to of targets(queue[at])) if (parent[to] < 0) { parent[to] = queue[at]; queue.push(to); }

const keep = new Set([0]);
const path = (i) => { for (; parent[i] >= 0 && !keep.has(i); i = parent[i]) keep.add(i); };
const wanted = new RegExp('^(' + pattern + ')$');
const seen = {};
for (let i = 0; i < count; i++) {
  const type = types[s.nodes[i * N + F.type]];
  if (type === 'synthetic') { path(i); continue; }
  if (type !== 'object' && type !== 'closure' || !wanted.test(name(i))) continue;
  if ((seen[name(i)] = (seen[name(i)] || 0) + 1) > 45) continue;
  path(i);
  for (const to of targets(i)) { path(to); if (types[s.nodes[to * N + F.type]] !== 'object shape') for (const t of targets(to)) if (first[t + 1] - first[t] < 60 * E) path(t); }
}
// and what the program's app holds
for (let i = 0; i < count; i++) {
  for (let k = first[i]; k < first[i + 1]; k += E) {
    if (edgeTypes[s.edges[k]] !== 'property' || s.strings[s.edges[k + 1]] !== 'app') continue;
    let level = [s.edges[k + 2] / N];
    for (let depth = 0; depth < 6; depth++) {
      level.forEach(path);
      level = level.filter((n) => first[n + 1] - first[n] < 150 * E).flatMap((n) => [...targets(n)]);
      level = [...new Set(level)].filter((n) => types[s.nodes[n * N + F.type]] !== 'object shape' && types[s.nodes[n * N + F.type]] !== 'code');
    }
  }
}

const order = [...keep].sort((a, b) => a - b), index = new Map(order.map((o, i) => [o, i]));
const strings = [], ids = new Map();
const string = (k) => { if (!ids.has(k)) { ids.set(k, strings.length); strings.push(s.strings[k]); } return ids.get(k); };
const nodes = [], edges = [], locations = [];
for (const o of order) {
  const v = s.nodes.slice(o * N, o * N + N);
  v[F.name] = string(v[F.name]);
  v[F.edge_count] = 0;
  for (let k = first[o]; k < first[o + 1]; k += E) {
    const to = index.get(s.edges[k + 2] / N);
    if (to === undefined) continue;
    const type = edgeTypes[s.edges[k]];
    edges.push(s.edges[k], type === 'element' || type === 'hidden' ? s.edges[k + 1] : string(s.edges[k + 1]), to * N);
    v[F.edge_count]++;
  }
  nodes.push(...v);
}
const lf = s.snapshot.meta.location_fields;
for (let k = 0; k < s.locations.length; k += lf.length) {
  const v = s.locations.slice(k, k + lf.length);
  if (!index.has(v[0] / N)) continue;
  v[0] = index.get(v[0] / N) * N;
  const script = lf.indexOf('script_object_index');
  if (script >= 0) v[script] = (index.get(v[script] / N) ?? 0) * N;
  locations.push(...v);
}
s.snapshot.node_count = order.length;
s.snapshot.edge_count = edges.length / E;
fs.writeFileSync(output, JSON.stringify({ ...s, nodes, edges, locations, strings }).replace(/,"(nodes|edges|locations|strings)"/g, ',\n"$1"'));
console.log(order.length, 'nodes', edges.length / E, 'edges');
