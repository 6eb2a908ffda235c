// Leaks: a static field of a class.
'use strict';
const leak = require('../leak');

class Metrics {
  static samples = [];
  static add(i) {
    Metrics.samples.push(new Sample(i));
  }
}

class Sample {
  constructor(i) {
    this.name = 'm' + (i % 10);
    this.value = { sum: i * 1.5, count: i };
  }
}
for (let i = 0; i < leak.n(10000); i++) Metrics.add(i);
globalThis.Metrics = Metrics;

leak.dump();
