// Leaks: the text of each note, made anew for every order though there are few.
'use strict';
const leak = require('../leak');

class Order {
  constructor(i) {
    this.id = i;
    this.note = ('deliver to the neighbour on floor ' + (i % 3)).split('').join('');
  }
}

const orders = [];
for (let i = 0; i < leak.n(20000); i++) orders.push(new Order(i));
exports.orders = orders;

leak.dump();
