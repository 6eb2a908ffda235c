package suspect

import "testing"

func TestListenerNames(t *testing.T) {
	for name, want := range map[string]bool{
		"[]main.Listener": true, "map[string]func()": true, "[]func() int": true, "[]*ui.clickHandler": true,
		"java.util.ArrayList<app.Listener>": true, "map[int][]chan main.Event": false,
		"[]main.Session": false, "func(main.listener)": false, "[]main.listenerState": false,
	} {
		if got := listenerList.MatchString(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestStackNames(t *testing.T) {
	for name, want := range map[string]string{
		"goroutine 18 main.worker · s":            "goroutine 18",
		`thread "http-3" · Server.handle · local`: `thread "http-3"`,
		"thread MainThread":                       "thread MainThread",
	} {
		if got := stackName(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	for group, want := range map[string]string{
		"goroutines main.worker · s (chan receive)": "goroutines main.worker (chan receive)",
		"goroutines main.worker (select)":           "goroutines main.worker (select)",
		`threads Server.handle · session`:           "threads Server.handle",
	} {
		if got := withoutVariable(group); got != want {
			t.Errorf("%s: %q, want %q", group, got, want)
		}
	}
}
