package modules_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// source makes modules of file contents.
func source(files map[string]string) modules.Source {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return modules.Source{Name: "test", FS: fsys}
}

// The files hold chunks divided by "---". A comment "### text => hint" says that the
// chunk has an error on that line whose message and hint contain these; "##!" is a
// warning. There must be no others.
func TestWhatIsWrongIsSaidWhereItIs(t *testing.T) {
	for _, file := range []string{"python.star", "declarations.star", "targets.star"} {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		line := 1
		for _, chunk := range strings.Split(string(text), "---\n") {
			t.Run(fmt.Sprintf("%s:%d", file, line), func(t *testing.T) { checkChunk(t, chunk) })
			line += strings.Count(chunk, "\n") + 1
		}
	}
}

func checkChunk(t *testing.T, chunk string) {
	t.Helper()
	set, err := modules.Config{}.Load(source(map[string]string{"a.star": chunk}))
	errs, warns := modules.Errors(err), set.Warnings
	for i, line := range strings.Split(chunk, "\n") {
		errs = expect(t, "error", "### ", i+1, line, errs)
		warns = expect(t, "warning", "##! ", i+1, line, warns)
	}
	for _, e := range append(errs, warns...) {
		t.Errorf("not expected:\n%s", set.Explain(e))
	}
}

// expect takes what a line announces out of the list.
func expect(t *testing.T, what, mark string, line int, text string, from []*spec.Error) []*spec.Error {
	t.Helper()
	parts := strings.Split(text, mark)
	for _, want := range parts[1:] {
		msg, hint, _ := strings.Cut(strings.TrimSpace(want), " => ")
		found := -1
		for i, e := range from {
			if strings.HasPrefix(e.At, fmt.Sprintf("test/a.star:%d:", line)) && strings.Contains(e.Msg, msg) && strings.Contains(e.Hint, hint) {
				found = i
			}
		}
		if found < 0 {
			t.Errorf("line %d: no %s %q with hint %q", line, what, msg, hint)
			continue
		}
		if from[found].Kind != spec.Invalid {
			t.Errorf("line %d: kind is %q", line, from[found].Kind)
		}
		from = append(from[:found:found], from[found+1:]...)
	}
	return from
}
