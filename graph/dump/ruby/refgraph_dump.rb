# Writes the heap to a file when the program gets a signal, for refgraph to read.
#
#   ruby -r ./refgraph_dump.rb server.rb        then: kill -URG PID
#
# or in the program: require "./refgraph_dump"; RefgraphDump.dump("heap.jsonl").
#
# REFGRAPH_DUMP_SIGNAL  the signal, without SIG (URG); empty for none. Servers take others
#                       for themselves: USR1 and USR2 restart Puma and Unicorn, TTIN is
#                       Sidekiq's. URG does nothing to a process that does not expect it.
# REFGRAPH_DUMP_DIR     where the files go (/tmp)
# REFGRAPH_DUMP_SITES   1 to note where objects are made, which slows the program
#
# The dump is written by a forked child: the program pauses for the collection of
# garbage before it and for the fork. Where a process cannot fork it writes itself.
require "objspace"
require "tmpdir"

module RefgraphDump
  class << self
    # Writes the heap to a file that only this user can read; returns its path.
    def dump(path = nil, fork: true)
      path ||= File.join(ENV["REFGRAPH_DUMP_DIR"] || "/tmp", "heap-#{Process.pid}-#{Time.now.strftime("%Y%m%d-%H%M%S")}.jsonl")
      GC.start
      if fork && Process.respond_to?(:fork)
        pid = Process.fork do
          begin
            write(path)
          ensure
            exit!(0) # no at_exit blocks of the program
          end
        end
        Process.detach(pid)
      else
        write(path)
      end
      path
    end

    # Dumps whenever the signal comes. What handled it before is called too.
    def install(signal)
      before = trap(signal) do |n|
        Thread.new { dump } # a trap handler may not take locks
        before.call(n) if before.respond_to?(:call)
      end
    end

    private

    # The file appears under its name when it is complete.
    def write(path)
      part = "#{path}.part-#{Process.pid}"
      File.open(part, File::WRONLY | File::CREAT | File::EXCL, 0o600) { |f| ObjectSpace.dump_all(output: f) }
      File.rename(part, path)
    end
  end
end

ObjectSpace.trace_object_allocations_start if ENV["REFGRAPH_DUMP_SITES"] == "1"
signal = ENV.fetch("REFGRAPH_DUMP_SIGNAL", "URG")
RefgraphDump.install(signal) unless signal.empty?
