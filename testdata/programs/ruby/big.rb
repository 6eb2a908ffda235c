# Writes a heap dump of about a size in megabytes, of the shape of a large server.
#
#   ruby big.rb 423 big.jsonl
require "objspace"

class Session
  def initialize(i)
    @user = "user #{i}"
    @cart = ["item #{i}", "item #{i + 1}"]
    @meta = { "seen" => i.to_s }
  end
end

SESSIONS = {}
(Integer(ARGV[0]) * 460).times { |i| SESSIONS["s#{i}"] = Session.new(i) }
GC.start
File.open(ARGV[1], "w") { |f| ObjectSpace.dump_all(output: f) }
