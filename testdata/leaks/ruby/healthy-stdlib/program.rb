# Loads much of the standard library and keeps nothing of its work.
require_relative "../leak"

%w[json set time uri net/http openssl yaml erb optparse csv logger digest].each { |name| require name }
sum = 0
Leak.n(20_000).times { |i| sum += { "i" => i, "t" => "x#{i}" }.to_json.size }

Leak.dump
