package main

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
)

// writeJSON writes an answer without the names that --redact-types hides, and
// without control or bidirectional characters.
func (a *app) writeJSON(w io.Writer, v any) error {
	if a.hide != nil {
		// In a copy: the answer may be kept for the next time.
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		c := reflect.New(reflect.TypeOf(v))
		if err := json.Unmarshal(b, c.Interface()); err != nil {
			return err
		}
		hideIn(c.Elem(), a.name)
		v = c.Interface()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(cleanJSON(b.Bytes()))
	return err
}

// hideIn applies name to all strings of a settable value.
func hideIn(v reflect.Value, name func(string) string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(name(v.String()))
	case reflect.Pointer:
		hideIn(v.Elem(), name)
	case reflect.Struct:
		for i := range v.NumField() {
			hideIn(v.Field(i), name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			hideIn(v.Index(i), name)
		}
	}
}
