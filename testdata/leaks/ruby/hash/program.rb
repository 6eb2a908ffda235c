# Leaks: a constant Hash that nothing is deleted from.
require_relative "../leak"

class Session
  def initialize(i)
    @user = "user #{i}"
    @cart = ["a#{i}", "b#{i}"]
  end
end

SESSIONS = {}
Leak.n(10_000).times { |i| SESSIONS["s#{i}"] = Session.new(i) }

Leak.dump
