# Leaks: blocks in an array, each with what it captured.
require_relative "../leak"

class Job
  def initialize(i)
    @payload = "p" * 100 + i.to_s
    @parts = ["x#{i}"]
  end
end

CALLBACKS = []
def on_done(job) = CALLBACKS << -> { job }
Leak.n(10_000).times { |i| on_done(Job.new(i)) }

Leak.dump
