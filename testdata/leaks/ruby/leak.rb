# What the Ruby programs of the corpus share: how much they leak, and the dump.
require "objspace"

module Leak
  def self.n(count) = count * Integer(ENV["LEAK_SCALE"] || "1")

  def self.dump
    GC.start
    File.open(ENV["LEAK_DUMP"], "w") { |f| ObjectSpace.dump_all(output: f) }
    exit!(0)
  end
end
