package python

import (
	"encoding/json"
	"fmt"
)

// Frame is one line of a traceback.
type Frame struct {
	File string
	Line int
}

func (f Frame) String() string { return fmt.Sprintf("%s:%d", f.File, f.Line) }

// UnmarshalJSON reads ["file", line].
func (f *Frame) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	if len(list) != 2 {
		return fmt.Errorf("%d entries, want file and line", len(list))
	}
	if err := json.Unmarshal(list[0], &f.File); err != nil {
		return err
	}
	return json.Unmarshal(list[1], &f.Line)
}
