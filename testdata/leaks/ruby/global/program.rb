# Leaks: a global variable.
require_relative "../leak"

class Token
  def initialize(i)
    @text = "token #{i}"
    @scope = ["read", "n#{i}"]
  end
end

$tokens = []
Leak.n(10_000).times { |i| $tokens << Token.new(i) }

Leak.dump
