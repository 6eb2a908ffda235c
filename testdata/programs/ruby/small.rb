# What the tests of graph/dump/ruby look for. TRACE=1 notes where objects are made.
#
#   ruby --disable=gems small.rb out.jsonl
require 'objspace'
ObjectSpace.trace_object_allocations_start if ENV['TRACE']
class Session
  def initialize(i); @id = i; @user = User.new("user#{i}"); @tags = ['a', "b#{i}"]; @meta = { :kind => "k#{i}", "s" => i.to_s }; end
end
class User; def initialize(n); @name = n; end; end
Point = Struct.new(:x, :y)
CACHE = {}
$global_list = []
class Registry
  @@all = []
  @cfg = {}
  ITEMS = []
  class << self; attr_reader :cfg; end
  def self.all; @@all; end
end
40.times { |i| s = Session.new(i); CACHE["u#{i}"] = s; $global_list << s; Registry.all << s; Registry.cfg[i] = s; Registry::ITEMS << ->(x) { s }; Registry::ITEMS << Point.new(s, "p#{i}") }
anon = Class.new(User); ANON = anon.new("x")
def CACHE.special; 1; end
th = Thread.new { local = Session.new(999); sleep }
Thread.pass until th.stop?
th[:req] = Session.new(1000)
GC.start
File.open(ARGV[0], 'w') { |f| ObjectSpace.dump_all(output: f) }
