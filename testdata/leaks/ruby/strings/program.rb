# Leaks: strings in an array.
require_relative "../leak"

LINES = []
Leak.n(20_000).times { |i| LINES << "line #{i} of a log that nobody reads, with some text behind it" }

Leak.dump
