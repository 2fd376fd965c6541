package lifecycle_test

import (
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

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
