package hprof

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// rankOf is the rank of what a class holds: the program's own first.
func rankOf(class string) uint8 {
	switch {
	case hasPrefix(class, jdkInternals):
		return graph.RankRuntime
	case hasPrefix(class, libraries):
		return graph.RankLibrary
	}
	return graph.RankUser
}

func hasPrefix(s string, list []string) bool {
	for _, p := range list {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// jdkInternals are packages that no program should name.
var jdkInternals = []string{"sun.", "jdk.", "com.sun.", "java.lang.invoke.", "java.lang.Class", "java.lang.ref.", "dalvik.", "libcore."}

// libraries are packages of the JDK and of libraries that many programs use.
var libraries = []string{
	"java.", "javax.", "jakarta.", "kotlin.", "kotlinx.", "scala.", "akka.", "org.apache.pekko.", "groovy.", "clojure.",
	"org.springframework.", "org.apache.catalina.", "org.apache.tomcat.", "org.apache.coyote.", "org.apache.commons.",
	"org.apache.logging.", "org.apache.log4j.", "org.slf4j.", "ch.qos.logback.", "org.eclipse.jetty.", "io.undertow.",
	"io.netty.", "reactor.", "io.reactivex.", "io.vertx.", "io.micrometer.", "io.opentelemetry.", "io.grpc.", "io.quarkus.", "io.micronaut.",
	"com.google.common.", "com.google.gson.", "com.google.protobuf.", "com.google.inject.", "com.github.benmanes.caffeine.", "com.fasterxml.",
	"org.hibernate.", "com.zaxxer.hikari.", "org.h2.", "com.mysql.", "org.postgresql.", "oracle.jdbc.", "org.jboss.", "org.aspectj.",
	"net.bytebuddy.", "org.objectweb.asm.", "okhttp3.", "okio.", "retrofit2.", "redis.clients.", "io.lettuce.", "org.quartz.",
	"android.", "androidx.", "com.android.",
}
