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
