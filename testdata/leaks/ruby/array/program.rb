# Leaks: an array to which every request is added.
require_relative "../leak"

class Request
  def initialize(i)
    @path = "/page/#{i}"
    @headers = { "host" => "h#{i}" }
  end
end

HISTORY = []
Leak.n(10_000).times { |i| HISTORY << Request.new(i) }

Leak.dump
