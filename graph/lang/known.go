package lang

import "regexp"

// Known is a leak that is not the program's own, or that programs run into for what a
// library does: known to those who made it.
type Known struct {
	// Place matches what holds the leak: a root's text, or the type of an object on
	// the path and the field there, such as `sun.awt.AppContext.table`.
	Place *regexp.Regexp
	What  string // what keeps what, in a sentence
	Fix   string
	Link  string
}

// jvmKnown are leaks of the JDK and of libraries that many programs use.
var jvmKnown = []Known{
	{regexp.MustCompile(`^static java\.io\.DeleteOnExitHook\.files\b`),
		"File.deleteOnExit keeps the path of each file until the JVM ends, also of files that are deleted before",
		"delete the files when they are done with (try-with-resources, Files.deleteIfExists) instead of deleteOnExit",
		"https://bugs.openjdk.org/browse/JDK-4872014"},
	{regexp.MustCompile(`^static javax\.crypto\.JceSecurity\.(verificationResults|verifyingProviders)\b`),
		"JceSecurity keeps each security provider that was ever made, before JDK 21",
		"make one provider and register it (Security.addProvider), not a new one for each use",
		"https://bugs.openjdk.org/browse/JDK-8168469"},
	{regexp.MustCompile(`^java\.lang\.ClassValue\$ClassValueMap\.`),
		"a ClassValue keeps its value, and the loader of that, as long as the class that it is for",
		"remove the values when an application is stopped; Groovy: -Dgroovy.use.classvalue=false",
		"https://bugs.openjdk.org/browse/JDK-8136353"},
	{regexp.MustCompile(`^com\.mysql\.cj\.otel\.OpenTelemetryHandler\.spans\b`),
		"MySQL Connector/J 9 keeps OpenTelemetry's spans for each connection",
		"set openTelemetry=DISABLED in the connection's URL",
		"https://bugs.mysql.com/bug.php?id=118528"},
	{regexp.MustCompile(`^(static )?com\.mysql\.(cj\.)?jdbc\.AbandonedConnectionCleanupThread\b`),
		"MySQL Connector/J's cleanup thread pins the loader of the application that started it",
		"call AbandonedConnectionCleanupThread.checkedShutdown() when the application is stopped, or load the driver by the server",
		"https://bugs.mysql.com/bug.php?id=65909"},
	{regexp.MustCompile(`^io\.micrometer\.core\.instrument\.(MeterRegistry|composite\.CompositeMeterRegistry)\.(meterMap|preFilterIdToMeterMap|meters)\b`),
		"Micrometer keeps a meter for each set of tags that it has ever seen",
		"give tags few values (no ids, no raw URIs), or bound them by a MeterFilter on the registry itself",
		"https://github.com/micrometer-metrics/micrometer/issues/4971"},
	{regexp.MustCompile(`^(static )?(sun\.awt\.AppContext|com\.sun\.jndi\.ldap\.LdapPoolManager)\b`),
		"a singleton of the JDK keeps the loader of the application that used it first",
		"have the server use it first: Tomcat's JreMemoryLeakPreventionListener",
		"https://tomcat.apache.org/tomcat-9.0-doc/config/listeners.html"},
}
