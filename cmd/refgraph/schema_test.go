package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/view"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

const (
	schemaDir   = "../../testdata/schema"
	schemaPaths = schemaDir + "/fields.txt"
)

// contracts are the answers of all commands that write JSON.
var contracts = map[string]any{
	"ticket": ticketJSON{},
	"info":   ask.InfoAnswer{}, "top": ask.TopAnswer{}, "paths": ask.PathsAnswer{}, "object": ask.ObjectAnswer{}, "suspects": ask.SuspectsAnswer{},
	"dominators": ask.DominatorsAnswer{}, "cycles": ask.CyclesAnswer{}, "diff": ask.DiffAnswer{}, "sites": ask.SitesAnswer{},
	"backrefs": view.Form{}, "refs": view.Form{}, "cache": cacheJSON{}, "formats": formatsJSON{}, "version": versionJSON{}, "error": errorJSON{},
}

type object = map[string]any

// schemaOf is the JSON Schema of an answer. Structs that contain themselves are
// definitions.
func schemaOf(name string, answer any) object {
	m := schemaMaker{open: map[reflect.Type]bool{}, defs: object{}}
	out := m.of(reflect.TypeOf(answer))
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = "refgraph " + name + " --json"
	if len(m.defs) > 0 {
		out["$defs"] = m.defs
	}
	return out
}

type schemaMaker struct {
	open map[reflect.Type]bool // structs that are being described
	defs object
}

func (m *schemaMaker) of(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return object{"anyOf": []any{m.of(t.Elem()), object{"type": "null"}}}
	case t.Kind() == reflect.Slice:
		return object{"type": "array", "items": m.of(t.Elem())}
	case t.Kind() == reflect.String:
		return object{"type": "string"}
	case t.Kind() == reflect.Bool:
		return object{"type": "boolean"}
	case t.Kind() == reflect.Float64:
		return object{"type": "number"}
	case t.Kind() == reflect.Uint64:
		return object{"type": "integer", "minimum": 0}
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		return object{"type": "integer"}
	case t.Kind() == reflect.Struct:
		return m.structOf(t)
	}
	panic("no schema for " + t.String())
}

func (m *schemaMaker) structOf(t reflect.Type) object {
	if m.open[t] {
		m.defs[t.Name()] = nil // filled in below
		return object{"$ref": "#/$defs/" + t.Name()}
	}
	m.open[t] = true
	defer delete(m.open, t)
	properties, required := object{}, []any{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		field := f.Type
		if options == "omitempty" && field.Kind() == reflect.Pointer {
			field = field.Elem()
		}
		properties[name] = m.of(field)
		if options != "omitempty" {
			required = append(required, name)
		}
	}
	out := object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
	if _, ok := m.defs[t.Name()]; ok {
		m.defs[t.Name()] = out
		return object{"$ref": "#/$defs/" + t.Name()}
	}
	return out
}

// fieldPaths lists the fields of a schema: `paths.steps[].object integer`.
func fieldPaths(path string, s object, defs object, seen map[string]bool, out map[string]bool) {
	if ref, ok := s["$ref"].(string); ok {
		if seen[ref] {
			return
		}
		seen[ref] = true
		s = defs[strings.TrimPrefix(ref, "#/$defs/")].(object)
	}
	for _, one := range anyList(s["anyOf"]) {
		fieldPaths(path, one.(object), defs, seen, out)
	}
	if t, ok := s["type"].(string); ok && t != "null" {
		out[path+" "+t] = true
	}
	if items, ok := s["items"].(object); ok {
		fieldPaths(path+"[]", items, defs, seen, out)
	}
	properties, _ := s["properties"].(object)
	for name, p := range properties {
		fieldPaths(path+"."+name, p.(object), defs, seen, out)
	}
}

func anyList(v any) []any { list, _ := v.([]any); return list }

// TestSchemas holds the schemas of testdata/schema: they are those of the answers,
// and no field that a program may read has gone or has another type.
// UPDATE_SCHEMA=1 rewrites them; what has gone from fields.txt then is a break of
// the contract.
func TestSchemas(t *testing.T) {
	update := os.Getenv("UPDATE_SCHEMA") != ""
	have := map[string]bool{}
	for name, answer := range contracts {
		s := schemaOf(name, answer)
		text, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, '\n')
		file := filepath.Join(schemaDir, name+".json")
		if update {
			if err := os.WriteFile(file, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(file); err != nil || !bytes.Equal(text, want) {
			t.Errorf("%s is not the schema of the answer (%v); UPDATE_SCHEMA=1 rewrites it", file, err)
		}
		defs, _ := s["$defs"].(object)
		fieldPaths(name, s, defs, map[string]bool{}, have)
	}
	known, err := os.ReadFile(schemaPaths)
	if err != nil && !update {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(known)) {
		if line = strings.TrimSpace(line); !have[line] {
			t.Errorf("%s: this field has gone, or has another type", line)
		}
	}
	list := strings.Join(slices.Sorted(maps.Keys(have)), "\n") + "\n"
	if update {
		err = os.WriteFile(schemaPaths, []byte(list), 0o644)
	} else if list != string(known) {
		err = errors.New(schemaPaths + " lacks new fields; UPDATE_SCHEMA=1 adds them")
	}
	if err != nil {
		t.Error(err)
	}
}

// validate checks what a command has printed against its schema.
func validate(t *testing.T, schema *jsonschema.Schema, command []string, out []byte) {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(out))
	if err == nil {
		err = schema.Validate(v)
	}
	if err != nil {
		t.Errorf("refgraph %s: %v", strings.Join(command, " "), err)
	}
}

func compileSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	out := map[string]*jsonschema.Schema{}
	for name := range contracts {
		s, err := jsonschema.NewCompiler().Compile(filepath.Join(schemaDir, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = s
	}
	return out
}

// sampleDumps are the dumps of testdata, with the executables that they have.
func sampleDumps(t *testing.T) (list [][]string) {
	t.Helper()
	for _, pattern := range []string{"goheap/*.heapdump.zst", "python/*.pydump.gz", "gallery/*.pydump.gz", "hprof/*.hprof.zst",
		"heapsnapshot/*.heapsnapshot.gz", "jsc/*.json.gz", "ruby/*.jsonl.gz"} {
		files, err := filepath.Glob("../../testdata/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == 0 {
			t.Errorf("no dumps in testdata/%s", pattern)
		}
		for _, f := range files {
			list = append(list, []string{f})
		}
	}
	return list
}

// TestAnswersKeepTheContract runs all commands on all dumps; TestTwoForms does it on
// a core.
func TestAnswersKeepTheContract(t *testing.T) {
	schemas := compileSchemas(t)
	for _, d := range sampleDumps(t) {
		t.Run(filepath.Base(d[0]), func(t *testing.T) {
			t.Parallel()
			newAsker(t).contract(schemas, d[0])
		})
	}
}

// contract runs all commands on a dump and checks their answers.
func (q *asker) contract(schemas map[string]*jsonschema.Schema, file string) {
	q.t.Helper()
	run := func(args ...string) []byte {
		q.t.Helper()
		out := []byte(q.run(append(args, "--json")...))
		validate(q.t, schemas[args[0]], args, out)
		return out
	}
	var top ask.TopAnswer
	if err := json.Unmarshal(run("top", file), &top); err != nil || len(top.Types) == 0 {
		q.t.Fatal(err)
	}
	typ := "--type=" + top.Types[0].Name
	var paths ask.PathsAnswer
	if err := json.Unmarshal(run("paths", file, typ), &paths); err != nil || len(paths.Paths) == 0 {
		q.t.Fatal(err)
	}
	steps := paths.Paths[0].Steps
	for _, command := range [][]string{
		{"info", file}, {"top", file, "--by", "retained"}, {"suspects", file}, {"dominators", file}, {"dominators", file, "--objects"},
		{"cycles", file}, {"backrefs", file, typ, "--depth", "1"}, {"refs", file, typ, "--depth", "1"},
		{"object", file, steps[len(steps)-1].Object}, {"diff", file, file, "--fail-on", "type=*,grows>1"},
	} {
		run(command...)
	}
}

// TestOtherAnswersKeepTheContract runs the commands that need no heap dump.
func TestOtherAnswersKeepTheContract(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	schemas := compileSchemas(t)
	const traces = "../../testdata/python/tracemalloc.pickle"
	for _, args := range [][]string{{"sites", traces}, {"sites", traces, "--against", traces}, {"diff", traces, traces}, {"cache"}, {"formats"}, {"version"}} {
		var out, errs bytes.Buffer
		if code := (&app{out: &out, err: &errs}).run(t.Context(), append(args, "--json")); code != exitOK {
			t.Errorf("refgraph %s: exit %d\n%s", strings.Join(args, " "), code, errs.String())
			continue
		}
		validate(t, schemas[args[0]], args, out.Bytes())
	}
}

// TestErrorsAsJSON sees that errors are JSON too, with the exit code, where JSON
// was asked for.
func TestErrorsAsJSON(t *testing.T) {
	schema := compileSchemas(t)["error"]
	for _, c := range []struct {
		args []string
		code int
		hint bool
	}{
		{[]string{"top", "nosuchfile", "--json"}, exitFailed, true},
		{[]string{"top", "schema_test.go", "--json"}, exitNotADump, true},
		{[]string{"paths", "../../testdata/python/small.pydump.gz", "--json"}, exitUsage, true},
		{[]string{"top", "--json", "--nosuchflag"}, exitUsage, true},
		{[]string{"top", "a", "b", "--json"}, exitUsage, true},
	} {
		var out, errs bytes.Buffer
		code := (&app{out: &out, err: &errs}).run(t.Context(), c.args)
		validate(t, schema, c.args, errs.Bytes())
		var e errorJSON
		if err := json.Unmarshal(errs.Bytes(), &e); err != nil || e.ExitCode != c.code || code != c.code || e.Error == "" || (e.Hint == "") == c.hint {
			t.Errorf("%v: exit %d, %s (%v)", c.args, code, errs.String(), err)
		}
	}
	var errs bytes.Buffer
	(&app{out: &bytes.Buffer{}, err: &errs}).run(t.Context(), []string{"top", "nosuchfile"})
	if !strings.HasPrefix(errs.String(), "refgraph: ") {
		t.Errorf("without --json: %s", errs.String())
	}
}

// TestSchemaFindsFaults sees that the check can fail.
func TestSchemaFindsFaults(t *testing.T) {
	schema := compileSchemas(t)["version"]
	for _, text := range []string{`{"version":1,"go":"","os":"","arch":""}`, `{"go":"","os":"","arch":""}`, `{"version":"","go":"","os":"","arch":"","more":1}`} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil || schema.Validate(v) == nil {
			t.Errorf("%s passes (%v)", text, err)
		}
	}
}
