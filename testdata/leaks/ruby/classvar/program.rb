# Leaks: a class's variable.
require_relative "../leak"

class Metrics
  @@samples = []
  def self.add(i) = @@samples << Sample.new(i)
end

class Sample
  def initialize(i)
    @name = "metric #{i}"
    @value = [i.to_s, i.to_s]
  end
end
Leak.n(10_000).times { |i| Metrics.add(i) }

Leak.dump
