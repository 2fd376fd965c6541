package resolver_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

var update = flag.Bool("update", false, "rewrite the want files of the worlds")

// TestGoldenWorlds resolves every world under testdata and compares what comes out
// with what the archive wants.
func TestGoldenWorlds(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no worlds: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := render(newWorld(t, ar).resolve(t))
			want := part(ar, "want")
			if *update {
				want.Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(ar), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(want.Data), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// part finds a file of the archive, or adds it.
func part(ar *txtar.Archive, name string) *txtar.File {
	for i := range ar.Files {
		if ar.Files[i].Name == name {
			return &ar.Files[i]
		}
	}
	ar.Files = append(ar.Files, txtar.File{Name: name})
	return &ar.Files[len(ar.Files)-1]
}

// render writes a result as a person would read it.
func render(r *resolver.Result) string {
	var b strings.Builder
	for _, n := range r.Nodes {
		fmt.Fprintf(&b, "node %s", n.ID)
		if n.Host != "" {
			fmt.Fprintf(&b, " @%s", n.Host)
		}
		if n.Provide.Path != "" {
			fmt.Fprintf(&b, " %s", n.Provide.Path.Relative())
		}
		if n.Checks != nil {
			fmt.Fprintf(&b, " checks %s", n.Checks.ID)
		}
		if n.Unmanaged {
			b.WriteString(" unmanaged")
		}
		if n.CalledAs != nil {
			fmt.Fprintf(&b, " same as %s", n.CalledAs.ID)
		}
		b.WriteString("\n")
	}
	for _, q := range r.Questions {
		if q.Key.Kind == resolver.AskManage && q.Source == resolver.Default {
			continue
		}
		name := q.Key.Name
		if q.Key.Kind == resolver.AskValue || q.Key.Kind == resolver.AskReturn {
			name = string(q.Path)
		}
		fmt.Fprintf(&b, "ask %s %s %s = %v (%s, %s %q)", q.Key.Node, q.Key.Kind, name, q.Value, q.Status, q.Source, q.Why)
		for _, s := range q.Suggestions {
			fmt.Fprintf(&b, " <%v: %s>", s.Value, s.Why)
		}
		if q.Problem != "" {
			fmt.Fprintf(&b, " ! %s", q.Problem)
		}
		b.WriteString("\n")
	}
	for _, p := range r.Problems {
		kind := "problem"
		if p.Warning {
			kind = "warning"
		}
		fmt.Fprintf(&b, "%s %s %s: %s\n", kind, p.Node, p.Path, p.Msg)
	}
	for _, k := range r.Unused {
		fmt.Fprintf(&b, "unused %v\n", k)
	}
	if r.Plan == nil {
		b.WriteString("no plan\n")
		return b.String()
	}
	for _, task := range r.Plan.Tasks {
		fmt.Fprintf(&b, "task %s @%s %s from %s", task.ID, task.Host, task.Lifecycle, strings.Join(task.From, ">"))
		if len(task.After) > 0 {
			fmt.Fprintf(&b, " after %v", task.After)
		}
		b.WriteString("\n")
		for _, s := range task.Steps {
			fmt.Fprintf(&b, "  %s%s\n", s.Name(), inputs(s.Inputs))
		}
	}
	for _, x := range r.Plan.Batches {
		fmt.Fprintf(&b, "batches of %s: %v, %s\n", x.Require, x.Of, x.How)
	}
	return b.String()
}

func inputs(in spec.Inputs) string {
	var b strings.Builder
	for _, req := range keys(in) {
		fmt.Fprintf(&b, " %s=", req)
		for _, set := range in[req] {
			b.WriteString("{")
			for i, name := range keys(set) {
				if i > 0 {
					b.WriteString(" ")
				}
				fmt.Fprintf(&b, "%s:%v", name, set[name])
			}
			b.WriteString("}")
		}
	}
	return b.String()
}
