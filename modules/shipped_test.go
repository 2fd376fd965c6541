package modules_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

func shipped(t testing.TB, name string) *lifecycle.Lifecycle {
	t.Helper()
	set, err := modules.Config{}.Load(modules.ShippedSource())
	for _, e := range append(modules.Errors(err), set.Warnings...) {
		t.Fatal(set.Explain(e))
	}
	l, ok := set.Find(name)
	if !ok {
		t.Fatalf("%s is not shipped", name)
	}
	return l
}

// outline writes a definition down, one thing a line.
func outline(l *lifecycle.Lifecycle) []string {
	var out []string
	add := func(depth int, format string, args ...any) {
		out = append(out, strings.Repeat("  ", depth)+fmt.Sprintf(format, args...))
	}
	vars := func(what string, vs []spec.Variable) {
		for _, v := range vs {
			add(3, "%s %s %s = %v", what, v.Name, v.Type, v.Default)
		}
	}
	requires := func(rs []spec.Require) {
		for _, r := range rs {
			add(2, "require %s %s %s %s", r.Name, r.Nargs, r.Kind, r.Pattern)
			vars("var", r.Vars)
			vars("arg", r.Args)
			vars("return", r.Returns)
		}
	}
	for _, s := range l.States {
		add(0, "%s", s.Name)
		requires(s.Requires)
		for _, p := range s.Provides {
			add(1, "%s %v %q", p.Name, p.Tags, p.Label)
			requires(p.Requires)
			vars("return", p.Returns)
		}
	}
	for i, line := range out {
		out[i] = strings.TrimRight(line, " ")
	}
	return out
}

// What the original's demo modules declare.
func TestShippedDefinitions(t *testing.T) {
	for name, want := range map[string]string{
		"WebServer": `NotInstalled
Installed
Configured
    require conf 1
      var port port = 80
  create_document_root [internal] "Fake document root"
    require document_root 1
      var path path = /var/www/
Active
  start [demo] "Fake webserver activation"
      return url url = <nil>`,
		"WebSite": `NotInstalled
Templated
    require document_root 1 local //WebServer/Configured/create_document_root
      arg path path = /var/www/website/
Active
  start [demo] "Fake website creation"
    require webserver 1 local //WebServer//start
      return url url = <nil>
      return url url = <nil>`,
		"Proxy": `NotInstalled
Configured
    require websites * external //WebSite//start
      return url url = <nil>
Active
  start [demo] "Fake proxy creation"
      return backends list_of(url) = <nil>`,
	} {
		l := shipped(t, name)
		if diff := cmp.Diff(strings.Split(want, "\n"), outline(l)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if l.Doc == "" || l.Source == "" {
			t.Errorf("%s: doc %q, source %q", name, l.Doc, l.Source)
		}
	}
}

// A lifecycle must not be longer than a page.
func TestShippedModulesAreShort(t *testing.T) {
	for _, name := range []string{"webserver", "website", "proxy"} {
		text, err := os.ReadFile("shipped/" + name + ".star")
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n > 60 {
			t.Errorf("%s has %d lines", name, n)
		}
	}
}

// played runs steps through the engine and keeps what they say.
type played struct {
	*lifecycle.Engine
	lines []string
}

func play(t *testing.T, name string) *played {
	t.Helper()
	e, err := lifecycle.New(shipped(t, name), lifecycle.Deps{
		Store: lifecycle.NewMemory(),
		Me:    spec.Info{Host: "web1", Address: "localhost", OS: spec.OS{Name: "debian", Release: "12"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &played{Engine: e}
}

func (p *played) do(t *testing.T, step spec.Step) any {
	t.Helper()
	p.lines = append(p.lines, "-- "+step.Name())
	ready, err := p.Prepare(t.Context(), spec.Work{Lifecycle: p.Name(), Steps: []spec.Step{step}})
	if err != nil {
		t.Fatalf("%s: %v", step.Name(), err)
	}
	got, err := p.Execute(t.Context(), "run", ready[0], lifecycle.Sink{
		Log:      func(_ spec.Level, text string) { p.lines = append(p.lines, text) },
		Progress: func(int, int) {},
	})
	if err != nil {
		t.Fatalf("%s: %v", step.Name(), err)
	}
	return got
}

// The order of calls that the original's demo has, on one host.
func TestTheDemoAsTheOriginalPlaysIt(t *testing.T) {
	server := play(t, "WebServer")
	server.do(t, spec.Step{Action: spec.Enter, State: "Installed"})
	server.do(t, spec.Step{Action: spec.Enter, State: "Configured", Inputs: spec.Inputs{"conf": {{"port": 80}}}})
	server.do(t, spec.Step{Action: spec.Call, State: "Configured", Provide: "create_document_root",
		Inputs: spec.Inputs{"document_root": {{"path": "/var/www/website/"}}}})
	server.do(t, spec.Step{Action: spec.Enter, State: "Active"})
	got := server.do(t, spec.Step{Action: spec.Call, State: "Active", Provide: "start"})
	url := map[string]any{"url": "http://localhost:80"}
	if diff := cmp.Diff(any(url), got); diff != "" {
		t.Errorf("WebServer.start (-want +got):\n%s", diff)
	}
	site := play(t, "WebSite")
	site.do(t, spec.Step{Action: spec.Enter, State: "Templated", Inputs: spec.Inputs{"document_root": {{"path": "/var/www/website/"}}}})
	site.do(t, spec.Step{Action: spec.Enter, State: "Active"})
	if diff := cmp.Diff(any(url), site.do(t, spec.Step{Action: spec.Call, State: "Active", Provide: "start", Inputs: spec.Inputs{"webserver": {url}}})); diff != "" {
		t.Errorf("WebSite.start (-want +got):\n%s", diff)
	}
	proxy := play(t, "Proxy")
	proxy.do(t, spec.Step{Action: spec.Enter, State: "Configured", Inputs: spec.Inputs{"websites": {
		{"host": "web1", "url": "http://web1:80"}, {"host": "web2", "url": "http://web2:81"}}}})
	proxy.do(t, spec.Step{Action: spec.Enter, State: "Active"})
	got = proxy.do(t, spec.Step{Action: spec.Call, State: "Active", Provide: "start"})
	if diff := cmp.Diff(any(map[string]any{"backends": []any{"http://web1:80", "http://web2:81"}}), got); diff != "" {
		t.Errorf("Proxy.start (-want +got):\n%s", diff)
	}

	want := []string{
		"-- enter Installed", "Installation of webserver packages...",
		"-- enter Configured", "Webserver listening on port 80",
		"-- call Configured.create_document_root", `Creating document_root "/var/www/website/"...`,
		"-- enter Active", "-- call Active.start",
		"-- enter Templated", "-- enter Active", "-- call Active.start", "Website is online at http://localhost:80",
		"-- enter Configured", "Backend 1: http://web1:80", "Backend 2: http://web2:81", "-- enter Active", "-- call Active.start",
	}
	lines := slices.Concat(server.lines, site.lines, proxy.lines)
	for _, line := range want { // in this order, among others
		i := slices.Index(lines, line)
		if i < 0 {
			t.Fatalf("%q is not said, or not in its place; all of it:\n%s", line, strings.Join(slices.Concat(server.lines, site.lines, proxy.lines), "\n"))
		}
		lines = lines[i+1:]
	}
	if diff := cmp.Diff([]string{"NotInstalled", "Installed", "Configured", "Active"}, server.Applied()); diff != "" {
		t.Errorf("stack (-want +got):\n%s", diff)
	}
}

// Nothing behind the proxy is a proxy all the same.
func TestAProxyWithoutWebsites(t *testing.T) {
	proxy := play(t, "Proxy")
	proxy.do(t, spec.Step{Action: spec.Enter, State: "Configured"})
	proxy.do(t, spec.Step{Action: spec.Enter, State: "Active"})
	got := proxy.do(t, spec.Step{Action: spec.Call, State: "Active", Provide: "start"})
	if diff := cmp.Diff(any(map[string]any{"backends": []any{}}), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The example of the description of modules, as it is written there.
func TestTheExampleLoads(t *testing.T) {
	text, err := os.ReadFile("testdata/example.star")
	if err != nil {
		t.Fatal(err)
	}
	set, err := modules.Config{}.Load(source(map[string]string{"a.star": string(text)}))
	if err != nil {
		t.Fatal(err)
	}
	l := set.Lifecycles[0]
	if l.Name != "WebServer" || l.Doc != "Simulation of a web server. Changes nothing; use it to try Armonic." || len(l.States) != 4 {
		t.Errorf("%s %q with %d states", l.Name, l.Doc, len(l.States))
	}
}
