package jvm

import "time"

// Options say how to take a dump. The zero value is the default.
type Options struct {
	All     bool          // with what is garbage; else the JVM collects first
	Gzip    bool          // the JVM compresses, if it can (JDK 16 and later)
	Tmp     string        // folder for the JVM's file, as the JVM sees it; "" for /tmp
	Timeout time.Duration // of the whole; 0 for 10 minutes
}

// Result is what was done.
type Result struct {
	Said string // by the JVM: "Heap dump file created [32606777 bytes in 0.103 secs]"
	Gzip bool   // what was written is compressed
}
