package trial_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/testbench"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/trial"
)

func load(t *testing.T, text string) *modules.Set {
	t.Helper()
	set, err := modules.Config{}.Load(modules.ShippedSource(), modules.Source{Name: "own", FS: fstest.MapFS{"a.star": {Data: []byte(text)}}})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestCheckFindsWhatAModuleDoesWrong(t *testing.T) {
	for _, c := range []struct{ name, src, errs, warns string }{
		{"nothing wrong", `lifecycle("L", states = [state("Off"), state("On")])`, "", ""},
		{"entering fails", `
def _f(ctx):
    fail("no " + ctx.me.os.name)
lifecycle("L", states = [state("Off"), state("On", enter = _f)])`, "own/a.star:3:9: cannot enter On: no debian", ""},
		{"leaving fails", `
def _f(ctx):
    fail("no")
lifecycle("L", states = [state("Off"), state("On", leave = _f)])`, "own/a.star:3:9: cannot leave On: no", ""},
		{"a provide fails", `
def _f(ctx):
    return {"u": ctx.req.r.u + 1}
lifecycle("L", states = [state("Off", provides = [provide("p", _f, requires = [require("r", var("u", url))], returns = [var("u", url)])])])`,
			"own/a.star:3:30: cannot call Off.p: unknown binary op: string + int", ""},
		{"a return is missing", `
def _f(ctx):
    return {}
lifecycle("L", states = [state("Off", provides = [provide("p", _f, returns = [var("u", url)])])])`, "u is missing", ""},
		{"a secret in a return", `
def _f(ctx):
    return {"dsn": "user:%s@host" % ctx.req.r.pw.reveal()}
lifecycle("L", states = [state("Off", provides = [provide("p", _f, requires = [require("r", var("pw", password))])])])`, "call Off.p gives a secret away", ""},
		{"a secret in a secret return", `
def _f(ctx):
    ctx.log("is %s" % ctx.req.r.pw.reveal())
    return {"pw": ctx.req.r.pw.reveal()}
lifecycle("L", states = [state("Off", provides = [provide("p", _f, requires = [require("r", var("pw", password))], returns = [var("pw", password)])])])`, "", ""},
		{"a secret in a command", `
def _f(ctx):
    ctx.host.run(["setup", "--password", "x%s" % ctx.req.r.pw])
lifecycle("L", states = [state("Off"), state("On", enter = _f, requires = [require("r", var("pw", password))])])`, "",
			"own/a.star:3:17: a secret is among the arguments of a command"},
		{"a secret as input", `
def _f(ctx):
    ctx.host.run(["setup"], input = "x%s" % ctx.req.r.pw, env = {"PW": ctx.req.r.pw})
lifecycle("L", states = [state("Off"), state("On", enter = _f, requires = [require("r", var("pw", password))])])`, "", ""},
		{"values of all types", `
def _f(ctx):
    r = ctx.req.r
    return [r.a + 1, r.b + 1.5, r.c, r.d[0] + "x", r.e, r.f, r.g, r.h, len(r.i.reveal()), r.j[0][0] + 1, r.k + 1]
lifecycle("L", states = [state("Off", provides = [provide("p", _f, requires = [require("r",
    var("a", int), var("b", float), var("c", bool), var("d", list_of(str)), var("e", port), var("f", host), var("g", hostname), var("h", url),
    var("i", password), var("j", list_of(list_of(int))), var("k", int, min = 7), var("l", str, one_of = ["x"]), var("m", str, pattern = "[a-z]+"))])])])`, "", ""},
		{"nothing fits", `lifecycle("L", states = [state("Off"), state("On", requires = [require("r", var("v", str, pattern = "X{20}"))])])`, "",
			"own/a.star:1:40: L.On: enter On was not tried: v of require r: no example value is known"},
		{"refused", `
def _v(ctx, value):
    return "not today"
lifecycle("L", states = [state("Off"), state("On", requires = [require("r", var("v", str, validate = _v))])])`, "", "enter On was not tried: v: not today"},
		{"requires of all kinds", `
def _f(ctx):
    return [ctx.req.l.url, [w.host + w.url for w in ctx.req.e], ctx.req.q.path]
lifecycle("L", states = [state("Off", provides = [provide("p", _f, requires = [
    require_local("l", "//WebServer//start", returns = [var("url", url)]),
    require_external("e", "//WebSite//start", nargs = "*", returns = [var("url", url)]),
    require_local("q", "//WebServer//create_document_root", nargs = "?", args = [var("path", str)])])])])`, "", ""},
		{"a state for another system", `
def _f(ctx):
    fail(ctx.me.os.name)
lifecycle("L", states = [state("Off"), state("On", enter = _f, os = ["arch"])])`, "own/a.star:3:9: cannot enter On: arch", ""},
		{"a command", `
def _f(ctx):
    ctx.host.run(["rm", "-rf", "/"])
lifecycle("L", states = [state("Off"), state("On", enter = _f)])`, "", ""},
		{"operations", `
def _f(ctx):
    r = ctx.req.r
    if ctx.host.file("/etc/l/l.conf", "port %d in %s with %s\n" % (r.port, r.dir, r.pw), mode = "0600"):
        ctx.host.restart("l")
    ctx.host.packages(["ell", "ell-common"])
    ctx.host.directory(r.dir)
    ctx.host.service("l", running = True)
def _site(ctx):
    ctx.host.line("/etc/l/sites", ctx.req.s.name)
    ctx.host.reload("l")
lifecycle("L", states = [state("Off"),
    state("On", enter = _f, requires = [require("r", var("port", port, default = 80), var("dir", str, default = "/srv/l"), var("pw", password))],
        provides = [provide("site", _site, requires = [require("s", var("name", str))])]),
    state("Up", enter = lambda ctx: ctx.host.link("/etc/l/up", "l.conf"))])`, "", ""},
		{"changed each time", `
def _f(ctx):
    ctx.host.file("/etc/motd", "hello\n")
    ctx.host.line("/etc/motd", "there")
lifecycle("L", states = [state("Off"), state("On", enter = _f)])`,
			"own/a.star:5:40: L.On: the second time, enter On changes /etc/motd again: ~ /etc/motd", ""},
		{"called twice", `
def _f(ctx):
    ctx.host.file("/etc/motd", "hello\n")
    ctx.host.absent("/etc/motd")
lifecycle("L", states = [state("Off"), state("On", provides = [provide("p", _f)])])`,
			"the second time, call On.p changes /etc/motd again: + /etc/motd (0644 root:root)", ""},
		{"not undone by leave", `
def _f(ctx):
    ctx.host.file("/etc/l/l.conf", "hello\n")
def _g(ctx):
    ctx.host.absent("/etc/l/l.conf")
lifecycle("L", states = [state("Off"), state("On", enter = _f, leave = _g), state("Up")])`,
			"own/a.star:6:40: L.On: undone, /etc/l is not as it was before enter On: it is directory, 0755 root:root, and was nothing", ""},
		{"a service is left running", `
def _f(ctx):
    ctx.host.service("l", running = True, enabled = True)
lifecycle("L", states = [state("Off"), state("On", enter = _f, leave = lambda ctx: None)])`,
			"undone, service l is not as it was before enter On: it is enabled, running, and was disabled, stopped", ""},
		{"undone by leave", `
def _f(ctx):
    ctx.host.file("/etc/l.conf", ctx.req.r.v)
def _g(ctx):
    ctx.host.absent("/etc/l.conf")
lifecycle("L", states = [state("Off"), state("On", enter = _f, leave = _g, requires = [require("r", var("v", str, default = "1"))])])`, "", ""},
		{"another value moves a file", `
def _f(ctx):
    ctx.host.file("/etc/l-" + ctx.req.r.name, "x")
    ctx.host.user(ctx.req.r.name, system = True)
lifecycle("L", states = [state("Off"), state("On", enter = _f, requires = [require("r", var("name", str, default = "a"))])])`, "", ""},
		{"another value cannot be entered again", `
def _f(ctx):
    ctx.host.link("/etc/l", ctx.req.r.v)
def _cross(ctx, flags):
    if flags.get("changed"):
        fail("not " + flags["changed"][0])
lifecycle("L", states = [state("Off"), state("On", enter = _f, requires = [require("r", var("v", str))]), state("Up", cross = _cross)])`,
			"On was entered again, but Up could not be crossed: not r/v", ""},
		{"what stands above does not follow", `
def _f(ctx):
    ctx.host.file("/etc/up", ctx.entered("On").r.v)
lifecycle("L", states = [state("Off"), state("On", requires = [require("r", var("v", str))]), state("Up", enter = _f)])`,
			"", "L.Up: with On entered again with other values, /etc/up is not as if it had been entered with them at first"},
		{"what stands above follows", `
def _f(ctx):
    ctx.host.file("/etc/up", ctx.entered("On").r.v)
lifecycle("L", states = [state("Off"), state("On", requires = [require("r", var("v", str))]), state("Up", enter = _f, cross = lambda ctx, flags: _f(ctx))])`,
			"", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := trial.Check(t.Context(), load(t, c.src), nil, []string{"L"})
			if err != nil {
				t.Fatal(err)
			}
			if got := said(r.Errors); !strings.Contains(got, c.errs) || c.errs == "" && got != "" {
				t.Errorf("errors: %s", got)
			}
			if got := said(r.Warnings); !strings.Contains(got, c.warns) || c.warns == "" && got != "" {
				t.Errorf("warnings: %s", got)
			}
		})
	}
}

func said(es []*spec.Error) string {
	var all []string
	for _, e := range es {
		all = append(all, e.Error())
	}
	return strings.Join(all, "\n")
}

func TestCheckOfTheShippedModules(t *testing.T) {
	set, err := modules.Config{}.Load(modules.ShippedSource())
	if err != nil {
		t.Fatal(err)
	}
	r, err := trial.Check(t.Context(), set, nil, []string{"Proxy", "WebServer", "WebSite"})
	if err != nil || len(r.Errors)+len(r.Warnings) > 0 || r.Steps < 30 || !slices.Equal(r.Systems, []string{"debian 13"}) {
		t.Errorf("%v: %+v", err, r)
	}
	if _, err := trial.Check(t.Context(), set, nil, []string{"None"}); spec.KindOf(err) != spec.NotFound {
		t.Errorf("a lifecycle that does not exist: %v", err)
	}
}

// The services that come with armonic pass what people's modules have to, and their own tests.
func TestTheServices(t *testing.T) {
	set, err := modules.Config{}.Load(modules.ServicesSource())
	if err != nil || len(set.Warnings) > 0 {
		t.Fatalf("%v\n%v", err, set.Warnings)
	}
	r, err := trial.Check(t.Context(), set, nil, set.Names())
	wrong := slices.DeleteFunc(slices.Concat(r.Errors, r.Warnings), func(e *spec.Error) bool {
		// What a command prints, and what has no example: a test of the module tries it.
		return strings.Contains(e.Msg, "is not known on a simulated host") || strings.Contains(e.Msg, "no example value is known")
	})
	if err != nil || len(wrong) > 0 {
		t.Errorf("%v\n%s", err, said(wrong))
	}
	open := func() (testbench.Bench, error) { return trial.NewBench(set.Lifecycles) }
	done, _, err := testbench.Run(t.Context(), modules.Config{}, "", open, modules.ServicesSource())
	if err != nil || len(done) < len(set.Lifecycles)/2 {
		t.Errorf("%d tests: %v", len(done), err)
	}
	for _, o := range done {
		if o.Err != nil {
			t.Errorf("%s %s: %v", o.File, o.Name, o.Err)
		}
	}
}

// The bench is what tests of modules use.
func TestBench(t *testing.T) {
	b, err := trial.NewBench(load(t, `lifecycle("L", states = [state("Off"), state("On")])`).Lifecycles)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := b.Fleet([]string{"lb", "w1", "w2"}, "debian 12"); err != nil {
		t.Fatal(err)
	}
	res, err := b.Deploy(t.Context(), testbench.Deployment{Pattern: "//Proxy//start", On: "lb",
		Hosts: map[string]string{"websites": "w1,w2"}, Set: map[string]string{"//WebServer//conf/port": "81"}})
	if want := `map[backends:[http://192.0.2.2:81 http://192.0.2.3:81]]`; err != nil || fmt.Sprint(res.Returns) != want {
		t.Errorf("%v, %v", res.Returns, err)
	}
	if got, err := b.Stack("w2", "WebSite"); err != nil || !slices.Equal(got, []string{"NotInstalled", "Templated", "Active"}) {
		t.Errorf("%v, %v", got, err)
	}
	if !slices.Contains(b.Logs("w1"), "Starting the webserver...") || slices.Contains(b.Logs("lb"), "Starting the webserver...") || len(b.Logs("")) != len(res.Logs) {
		t.Errorf("logs of w1 %q, of lb %q", b.Logs("w1"), b.Logs("lb"))
	}
	if err := b.Undo(t.Context(), "w1"); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"w1": 1, "w2": 4} {
		if got, err := b.Stack(host, "WebServer"); err != nil || len(got) != want {
			t.Errorf("%s: %v, %v", host, got, err)
		}
	}
	for _, c := range []struct {
		d   testbench.Deployment
		msg string
	}{
		{testbench.Deployment{Pattern: "//Nothing//start"}, "nothing"},
		{testbench.Deployment{Pattern: "//WebServer//start", On: "other"}, "other"},
		{testbench.Deployment{Pattern: "//WebServer//start", Set: map[string]string{"//conf/prot": "1"}}, "nothing in this deployment is called //conf/prot"},
		{testbench.Deployment{Pattern: "//WebSite//start", On: "lb", Set: map[string]string{"//WebServer//conf/port": "x"}}, "port"},
	} {
		if _, err := b.Deploy(t.Context(), c.d); err == nil || !strings.Contains(strings.ToLower(err.Error()), c.msg) {
			t.Errorf("%+v: %v", c.d, err)
		}
	}
	if err := b.Fleet([]string{"a", "a"}, "debian"); err == nil {
		t.Error("two hosts may have one name")
	}
}
