package modules

import (
	"slices"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// rollingValue is what rolling() returns.
type rollingValue struct {
	declared
	args *args // where its parts are written
	how  spec.Rolling
}

func rollingSignature() *interp.Signature {
	return &interp.Signature{
		Name: "rolling", Returns: "rolling",
		Doc: "How what a require needs is deployed where it is given several times: in batches, of which the next begins when those before it are done. The operator may decide otherwise.",
		Params: []interp.Parameter{
			interp.Param("serial", "str | int", "\"100%\"", "How many at a time: a number, or a share of all, \"25%\"."),
			interp.Param("canary", "int", "0", "How many go first, alone."),
			interp.Param("max_fail", "int", "0", "How many may fail before no more are begun."),
			interp.Param("pause", "str", "\"0s\"", "How long to wait between one batch and the next: \"30s\", \"5m\"."),
			interp.Param("drain", "str", "", "A provide of this lifecycle that is called for each before it is changed, if it is in use already, with the host as its variable \"host\": it takes it out of use."),
			interp.Param("enable", "str", "", "And one that is called when it is done: it brings it back."),
			interp.Param("check", "str", "", "A provide that is called on the host of each that is done, before the next batch begins: one of the same lifecycle by its name, \"status\", or any that a pattern matches there, \"//Monitor//probe\". What it fails for has failed."),
		},
		Renamed: map[string]string{"max-fail": "max_fail", "batch": "serial", "size": "serial", "wait": "pause"},
	}
}

func (d *defining) newRolling(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value {
	a := d.bind(rollingSignature(), pos, kwargs, at)
	out := &rollingValue{declared: declared{"rolling", "", at}, args: a}
	if v, ok := a.get("serial"); ok {
		if n, isInt := v.(starlark.Int); isInt {
			out.how.Serial = n.String()
		} else {
			out.how.Serial = a.str("serial")
		}
	}
	out.how.Canary, out.how.MaxFail = a.count("canary"), a.count("max_fail")
	if text := a.str("pause"); text != "" {
		pause, err := time.ParseDuration(text)
		if err != nil {
			a.errorf(a.place("pause"), "write \"30s\" or \"5m\"", "pause of rolling cannot be %q", text)
		}
		out.how.Pause = pause
	}
	out.how.Check, out.how.Drain, out.how.Enable = a.str("check"), a.str("drain"), a.str("enable")
	for _, x := range []struct {
		name string
		only spec.Rolling
	}{{"serial", spec.Rolling{Serial: out.how.Serial}}, {"pause", spec.Rolling{Pause: out.how.Pause}}, {"check", spec.Rolling{Check: out.how.Check}},
		{"drain", spec.Rolling{Drain: out.how.Drain}}, {"enable", spec.Rolling{Enable: out.how.Enable}}} {
		if err := x.only.Valid(); err != nil {
			a.errorf(a.place(x.name), spec.HintOf(err), "%s of rolling: %s", x.name, spec.AsError(err).Msg)
			out.how = spec.Rolling{}
		}
	}
	return out
}

// count is a number that is not less than nothing.
func (a *args) count(name string) int {
	v, ok := a.get(name)
	if !ok {
		return 0
	}
	n, err := starlark.AsInt32(v)
	if _, isInt := v.(starlark.Int); !isInt || err != nil || n < 0 {
		a.wrong(name, "a number, 0 or more", "", v)
		return 0
	}
	return n
}

// rolling is how a require is rolled out, nil if it does not say.
func (a *args) rolling(n spec.Nargs) (*rollingValue, *spec.Rolling) {
	v, ok := a.get("rolling")
	if !ok {
		return nil, nil
	}
	r, ok := v.(*rollingValue)
	switch {
	case !ok:
		a.wrong("rolling", "a rolling(…)", "write rolling = rolling(serial = 1)", v)
		return nil, nil
	case n.Norm().Max <= 1:
		a.errorf(a.place("rolling"), "write nargs = \"*\"", "%s is given once at most, so there is nothing to roll out in batches", a.sig.Name)
		return nil, nil
	}
	return r, &r.how
}

// checkRolling sees that there is the provide which checks what meets a require.
func (w *moduleTree) checkRolling(r *requireValue, by []*owner) {
	if r.rolling == nil || r.rolling.how.Check == "" || len(by) == 0 {
		return
	}
	how, at := r.rolling.how, r.rolling.args.place("check")
	for _, o := range by {
		m, err := query.Find(w.root, onAnyHost(how.Checks(spec.Path("/"+anyHost+"/"+o.String()))))
		if err != nil {
			w.errorf(at, spec.HintOf(err), "%s", spec.AsError(err).Msg)
			return
		}
		var found []string
		for _, n := range m.Nodes {
			if x := w.owners[n.Path().Relative()]; x != nil && x.provide != "enter" && m.Folded == "" {
				found = append(found, x.String())
			}
		}
		switch {
		case len(found) == 0 && how.Check[0] != '/':
			var names []string
			for _, x := range o.of.owners() {
				if x.provide != "enter" {
					names = append(names, x.provide)
				}
			}
			slices.Sort(names)
			w.errorf(at, interp.DidYouMean(how.Check, slices.Compact(names)), "%s has no provide %q to check with", o.of.name, how.Check)
		case len(found) == 0:
			w.errorf(at, w.nearHint(m.Near), "%s matches no provide of any module", how.Check)
		case len(found) > 1:
			w.errorf(at, "write one of them: //"+found[0], "%q may be one of %d provides", how.Check, len(found))
		default:
			continue
		}
		return
	}
}

// checkAround sees that a lifecycle has the provides that take what a require needs out of use
// and bring it back.
func (w *moduleTree) checkAround(of *lifecycleValue, r *requireValue) {
	if r.rolling == nil {
		return
	}
	for _, x := range [][2]string{{"drain", r.rolling.how.Drain}, {"enable", r.rolling.how.Enable}} {
		what, name := x[0], x[1]
		if name == "" {
			continue
		}
		var names []string
		found, takes := false, false
		for _, o := range of.owners() {
			if o.provide == string(spec.Enter) {
				continue
			}
			names = append(names, o.provide)
			if o.provide == name {
				found = true
				for _, req := range o.requires {
					takes = takes || slices.ContainsFunc(req.r.Vars, func(v spec.Variable) bool { return v.Name == spec.HostVariable })
				}
			}
		}
		slices.Sort(names)
		switch at := r.rolling.args.place(what); {
		case !found:
			w.errorf(at, interp.DidYouMean(name, slices.Compact(names)), "%s has no provide %q", of.name, name)
		case !takes:
			w.errorf(at, "write require(\"server\", var(\"host\", host))", "%s of %s has no variable \"host\", so it is not told of whom it is", name, of.name)
		}
	}
}
