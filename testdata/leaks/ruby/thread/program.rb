# Leaks: a thread's local variable.
require_relative "../leak"

class Item
  def initialize(i)
    @text = "item #{i}"
    @more = ["m#{i}"]
  end
end

worker = Thread.new { Thread.stop }
worker[:items] = Array.new(Leak.n(10_000)) { |i| Item.new(i) }

Leak.dump
