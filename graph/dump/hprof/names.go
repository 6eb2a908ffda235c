package hprof

import "strings"

// letters are the types of elements in the names that the JVM gives to arrays.
var letters = map[byte]string{
	'Z': "boolean", 'C': "char", 'F': "float", 'D': "double", 'B': "byte", 'S': "short", 'I': "int", 'J': "long",
}

// typeName makes the name of a class as people write it: `java.lang.String[]` of
// `[Ljava/lang/String;`. Dumps have it in several spellings.
func typeName(s string) string {
	dims := 0
	for dims < len(s) && s[dims] == '[' {
		dims++
	}
	if dims > 0 {
		elem := s[dims:]
		switch {
		case len(elem) == 1 && letters[elem[0]] != "":
			elem = letters[elem[0]]
		case strings.HasPrefix(elem, "L") && strings.HasSuffix(elem, ";"):
			elem = elem[1 : len(elem)-1]
		}
		s = elem
	}
	// A hidden class has its address behind the name: Foo$$Lambda+0x… or /0x….
	name, address, hidden := strings.Cut(s, "/0x")
	if hidden && !strings.Contains(address, "/") {
		s = strings.ReplaceAll(name, "/", ".") + "/0x" + address
	} else {
		s = strings.ReplaceAll(s, "/", ".")
	}
	return s + strings.Repeat("[]", dims)
}
