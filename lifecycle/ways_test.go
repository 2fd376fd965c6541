package lifecycle_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

func TestWays(t *testing.T) {
	l := graph(t, "A>B, A>C, B>D, C>D, D>E")
	e, err := lifecycle.New(l, lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		state string
		most  int
		want  string
	}{
		{"E", 0, "[[enter B enter D enter E]] 2"},
		{"E", 1, "[[enter B enter D enter E]] 2"},
		{"E", 2, "[[enter B enter D enter E] [enter C enter D enter E]] 2"},
		{"E", 9, "[[enter B enter D enter E] [enter C enter D enter E]] 2"},
		{"A", 9, "[[]] 1"},
	} {
		got, err := e.Ways(t.Context(), spec.PathsQuery{State: spec.MakePath("h", l.Name, tt.state), Most: tt.most})
		if err != nil {
			t.Fatal(err)
		}
		names := make([][]string, len(got.Paths))
		for i, p := range got.Paths {
			for _, s := range p {
				names[i] = append(names[i], s.Name())
			}
		}
		if text := fmt.Sprint(names, " ", got.Total); text != tt.want {
			t.Errorf("at most %d to %s: %s, want %s", tt.most, tt.state, text, tt.want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Ways(ctx, spec.PathsQuery{State: spec.MakePath("h", l.Name, "E")}); err == nil {
		t.Error("the paths are listed for a caller who is gone")
	}
}

func TestDeclared(t *testing.T) {
	e, err := lifecycle.New(new(trace).webServer(), lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	for path, asks := range map[spec.Path]string{
		"/h/WebServer/Configured/enter":                "conf",
		"/h/WebServer/Configured/create_document_root": "document_root",
	} {
		p := e.Declared(path)
		if p == nil || p.Path != path || len(p.Requires) != 1 || p.Requires[0].Name != asks {
			t.Errorf("%s is declared as %+v", path, p)
		}
	}
	for _, path := range []spec.Path{"/h/WebServer/Gone/enter", "/h/WebServer/Configured/stop"} {
		if p := e.Declared(path); p != nil {
			t.Errorf("%s is declared as %+v", path, p)
		}
	}
}
