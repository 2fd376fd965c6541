package resolver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
)

// oracleCase is a deployment as the original Armonic carried it out: see
// testdata/oracle/README.md.
type oracleCase struct {
	Lifecycles []struct {
		Name         string
		ConfState    bool `json:"conf_state"`
		Enter, Start []oracleRequire
		Returns      map[string]any
	}
	Events   []oracleEvent
	Return   any
	Root     spec.Pattern
	RootHost spec.Host `json:"root_host"`
	Quirks   []string
}

type oracleRequire struct {
	Class, Name, Nargs string
	XPath              spec.Pattern
	Variables          []oracleDeclared
	Args               []oracleDeclared `json:"provide_args"`
	Ret                []oracleDeclared `json:"provide_ret"`
}

type oracleDeclared struct {
	Name, Type string
	Required   bool
	Default    any
	FromXPath  string `json:"from_xpath"`
}

type oracleEvent struct {
	Ev, Step  string
	Host      spec.Host
	Provide   string // of steps: the pattern; of runs: the name
	Require   string
	Sent      any
	Filled    [][2]any
	Variables []oracleVariable
	Lf, State string
	Values    any // of runs: [require, set, variable, value] each
	Ret       any
}

// oracleVariable is a variable as the original was about to ask for it.
type oracleVariable struct {
	Name, Type  string
	XPath       string
	Idx         int
	Value       any
	Suggestion  any
	Default     any
	Error       any
	ProvideRet  bool   `json:"provide_ret"`
	SetBy       string `json:"set_by"`
	SuggestedBy string `json:"suggested_by"`
	ResolvedBy  string `json:"resolved_by"`
}

// asked reports whether the original asked for it.
func (v *oracleVariable) asked() bool { return v.Value == nil || v.Error != nil }

// rel is its path without host, as ours has it.
func (v *oracleVariable) rel() string { return relAt(v.XPath, v.Idx) }

func relAt(path string, set int) string {
	i := strings.LastIndexByte(path, '/')
	return spec.Indexed(path[:i], set) + path[i:]
}

// TestOracle plays what the original did, and compares what is asked, in which order, with
// which suggestion and from whom; what is called, in which order, with which values; and
// what comes out.
func TestOracle(t *testing.T) {
	report := &oracleReport{allowed: map[string]int{}}
	dir := os.Getenv("ARMONIC_ORACLE")
	if dir == "" {
		dir = "testdata/oracle"
	}
	if !filepath.IsAbs(dir) {
		dir = filepath.Join("..", dir)
	}
	if err := eachOracleCase(filepath.Join(dir, "resolver"), func(name string, c *oracleCase) {
		play(t, c, report)
		for _, d := range report.take() {
			t.Errorf("%s: %s", name, d)
		}
	}); err != nil {
		t.Fatal(err)
	}
	report.print()
	if report.asked == 0 || report.calls == 0 {
		t.Error("nothing was compared")
	}
}

// TestOracleNoticesDifferences breaks what cases expect, each in one place, and expects
// every one of them to be noticed; a folder without cases is no success either.
func TestOracleNoticesDifferences(t *testing.T) {
	if err := eachOracleCase(t.TempDir(), nil); err == nil {
		t.Error("an empty folder is taken for a success")
	}
	if err := eachOracleCase(filepath.Join(t.TempDir(), "none"), nil); err == nil {
		t.Error("a folder that is not there is taken for a success")
	}
	broken := 0
	for name, breaks := range map[string]func(*oracleEvent) bool{
		"a call that was not made": func(e *oracleEvent) bool { e.State += "x"; return e.Ev == "run" },
		"a value that was not given": func(e *oracleEvent) bool {
			values, _ := e.Values.([]any)
			for i := range values {
				values[i].([]any)[3] = "another"
			}
			return e.Ev == "run" && len(values) > 0
		},
		"a host that was not asked": func(e *oracleEvent) bool {
			was := e.Step == "lfm"
			e.Step = strings.Replace(e.Step, "lfm", "dropped", 1)
			return was
		},
		"a suggestion that was not made": func(e *oracleEvent) bool {
			for i := range e.Variables {
				if v := &e.Variables[i]; v.asked() && v.Suggestion != nil && v.SetBy+v.SuggestedBy+v.ResolvedBy == "" {
					v.Suggestion = "another"
					return true
				}
			}
			return false
		},
		"a variable that was not asked": func(e *oracleEvent) bool {
			for i := range e.Variables {
				if v := &e.Variables[i]; v.asked() && v.SetBy+v.SuggestedBy+v.ResolvedBy == "" {
					v.XPath += "x"
					return true
				}
			}
			return false
		},
		"a return that was another one": func(e *oracleEvent) bool {
			m, ok := e.Ret.(map[string]any)
			if ok {
				m["a"] = "another"
			}
			return ok && e.Step == "call"
		},
	} {
		_ = eachOracleCase("../testdata/oracle/resolver", func(file string, c *oracleCase) {
			for i := range c.Events {
				if breaks(&c.Events[i]) {
					broken++
					report := &oracleReport{allowed: map[string]int{}}
					play(t, c, report)
					if len(report.take()) == 0 {
						t.Errorf("%s: %s (event %d) was not noticed", file, name, i)
					}
					return
				}
			}
		})
	}
	if broken < 100 {
		t.Errorf("only %d cases were broken", broken)
	}
}

func eachOracleCase(dir string, run func(name string, c *oracleCase)) error {
	files, err := filepath.Glob(filepath.Join(dir, "scase_*.json"))
	if err == nil && len(files) == 0 {
		err = errors.New("there are no cases in " + dir)
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		c := new(oracleCase)
		if err := json.NewDecoder(bytes.NewReader(raw)).Decode(c); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		run(filepath.Base(f), c)
	}
	return nil
}

// oracleCall is an entering or a call that took place.
type oracleCall struct {
	host               spec.Host
	lf, state, provide string
	values             map[string]any // by "require[set]/variable"
	node               *resolver.Node // of ours
	returns            any
}

func (c *oracleCall) String() string {
	return fmt.Sprintf("%s %s/%s/%s", c.host, c.lf, c.state, c.provide)
}

// world builds the lifecycles of a case on every host that it names. Their functions tell
// ran what they were called with.
func (c *oracleCase) world(t failer, ran func(oracleCall)) *world {
	var all []*lifecycle.Lifecycle
	for i := range c.Lifecycles {
		l := &c.Lifecycles[i]
		enter := func(state string) func(context.Context, *lifecycle.Call) error {
			return func(_ context.Context, call *lifecycle.Call) error {
				ran(oracleCall{host: call.Me.Host, lf: l.Name, state: state, provide: "enter", values: flat(call.Inputs)})
				return nil
			}
		}
		states := []*lifecycle.State{{Name: "Off"}}
		if l.ConfState {
			states = append(states, &lifecycle.State{Name: "Conf", Enter: enter("Conf")})
		}
		on := &lifecycle.State{Name: "On", Enter: enter("On"), Requires: requiresOf(l.Enter)}
		start := &lifecycle.Provide{Name: "start", Do: func(_ context.Context, call *lifecycle.Call) (any, error) {
			ran(oracleCall{host: call.Me.Host, lf: l.Name, state: "On", provide: "start", values: flat(call.Inputs)})
			if l.Returns == nil {
				return nil, nil
			}
			return l.Returns, nil
		}}
		start.Requires = requiresOf(l.Start)
		for name := range sortedKeys(l.Returns) {
			start.Returns = append(start.Returns, spec.Variable{Name: name, Type: spec.Type{Kind: spec.KindStr}})
		}
		on.Provides = []*lifecycle.Provide{start}
		all = append(all, &lifecycle.Lifecycle{Name: l.Name, States: append(states, on)})
	}
	w := emptyWorld()
	w.root = c.Root
	w.addHost(t, all, c.RootHost)
	for _, e := range c.Events {
		switch sent := e.Sent.(type) {
		case string:
			if e.Step == "lfm" && w.engines[spec.Host(sent)] == nil {
				w.addHost(t, all, spec.Host(sent))
			}
		case []any:
			for _, x := range sent {
				if h, ok := x.(string); ok && e.Step == "multiplicity" && w.engines[spec.Host(h)] == nil {
					w.addHost(t, all, spec.Host(h))
				}
			}
		}
	}
	return w
}

func flat(in spec.Inputs) map[string]any {
	out := map[string]any{}
	for req, sets := range in {
		for i, set := range sets {
			for name, x := range set {
				out[spec.Indexed(req, i)+"/"+name] = x
			}
		}
	}
	return out
}

func requiresOf(all []oracleRequire) []spec.Require {
	var out []spec.Require
	for _, r := range all {
		nargs, _ := spec.ParseNargs(r.Nargs)
		x := spec.Require{Name: r.Name, Nargs: nargs, Pattern: r.XPath, Vars: ownHosts(declaredOf(r.Variables), r.Variables), Args: declaredOf(r.Args), Returns: declaredOf(r.Ret)}
		switch r.Class {
		case "RequireLocal":
			x.Kind = spec.Local
		case "RequireExternal":
			x.Kind = spec.External
		}
		out = append(out, x)
	}
	return out
}

// ownHosts gives what an armonic_host is among the variables that the operator gives: the
// host of the node (69c). Elsewhere it is any host.
func ownHosts(vars []spec.Variable, all []oracleDeclared) []spec.Variable {
	for i := range all {
		if all[i].Type == "ArmonicHost" {
			vars[i].Type.Kind = spec.KindThisHost
		}
	}
	return vars
}

func declaredOf(all []oracleDeclared) []spec.Variable {
	var out []spec.Variable
	for _, d := range all {
		kind := map[string]spec.TypeKind{"VString": spec.KindStr, "VInt": spec.KindInt, "Host": spec.KindHost,
			"ArmonicHost": spec.KindHost, "ArmonicThisHost": spec.KindThisHost, "ArmonicHosts": spec.KindHosts}[d.Type]
		v := spec.Variable{Name: d.Name, Type: spec.Type{Kind: kind}, Optional: !d.Required, Default: d.Default, FromXPath: d.FromXPath}
		if f, ok := d.Default.(float64); ok {
			v.Default = int(f)
		}
		out = append(out, v)
	}
	return out
}
