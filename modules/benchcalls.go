package modules

import (
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/armonic/armonic/spec"
)

func (r *trialRun) fleet(_ *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	system := "debian 13"
	if err := sig.unpack(nil, kwargs, &system); err != nil {
		return nil, err
	}
	var hosts []string
	for _, v := range args {
		name, ok := starlark.AsString(v)
		if !ok || name == "" {
			return nil, spec.Errorf(spec.Failed, "a host is named by a text, not by %s", typeName(v))
		}
		hosts = append(hosts, name)
	}
	return starlark.None, r.bench.Fleet(hosts, system)
}

// deployment reads what deploy and fails have in common.
func deployment(pattern, on string, hosts, set *starlark.Dict) (TestDeployment, error) {
	d := TestDeployment{Pattern: pattern, On: on}
	var err error
	if d.Hosts, err = answers("hosts", hosts); err == nil {
		d.Set, err = answers("set", set)
	}
	return d, err
}

func answers(name string, d *starlark.Dict) (map[string]string, error) {
	out := map[string]string{}
	if d == nil {
		return out, nil
	}
	for k, v := range d.Entries() {
		key, ok := starlark.AsString(k)
		if !ok {
			return nil, spec.Errorf(spec.Failed, "the keys of %s are texts, not %s", name, typeName(k))
		}
		x, err := toGo(v)
		if err != nil {
			return nil, err
		}
		out[key] = typed(x)
	}
	return out, nil
}

// typed writes a value as somebody would type it.
func typed(x any) string {
	switch x := x.(type) {
	case nil:
		return ""
	case spec.Secret:
		return x.Reveal()
	case []any:
		parts := make([]string, len(x))
		for i, y := range x {
			parts[i] = typed(y)
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(x)
}

func (r *trialRun) deploy(t *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern, on string
	var hosts, set *starlark.Dict
	if err := sig.unpack(args, kwargs, &pattern, &on, &hosts, &set); err != nil {
		return nil, err
	}
	res, err := r.carryOut(t, pattern, on, hosts, set)
	if err != nil {
		return nil, err
	}
	returns, err := fromGo(res.Returns)
	if err != nil {
		return nil, err
	}
	return newRecord("deployed", starlark.StringDict{"returns": returns, "steps": lines(res.Steps), "logs": lines(res.Logs)}), nil
}

func (r *trialRun) carryOut(t *starlark.Thread, pattern, on string, hosts, set *starlark.Dict) (res TestResult, err error) {
	d, err := deployment(pattern, on, hosts, set)
	if err != nil {
		return res, err
	}
	waiting(t, func() { res, err = r.bench.Deploy(r.ctx, d) })
	if err != nil {
		e := spec.AsError(err)
		msg := "deploying " + pattern + " failed: " + e.Msg
		if e.At != "" {
			msg = "deploying " + pattern + " failed at " + e.At + ": " + e.Msg
		}
		return res, &spec.Error{Kind: spec.Failed, Msg: msg, Hint: e.Hint}
	}
	return res, nil
}

func (r *trialRun) fails(t *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern, says, on string
	var hosts, set *starlark.Dict
	if err := sig.unpack(args, kwargs, &pattern, &says, &on, &hosts, &set); err != nil {
		return nil, err
	}
	_, err := r.carryOut(t, pattern, on, hosts, set)
	if err == nil {
		return nil, spec.Errorf(spec.Failed, "deploying %s did not fail", pattern)
	}
	if !strings.Contains(err.Error(), says) {
		return nil, spec.Errorf(spec.Failed, "it fails, but says %q", err.Error())
	}
	return starlark.String(err.Error()), nil
}

func (r *trialRun) stack(_ *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var host, lifecycle string
	if err := sig.unpack(args, kwargs, &host, &lifecycle); err != nil {
		return nil, err
	}
	names, err := r.bench.Stack(host, lifecycle)
	return lines(names), err
}

func (r *trialRun) logs(_ *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var host string
	if err := sig.unpack(args, kwargs, &host); err != nil {
		return nil, err
	}
	return lines(r.bench.Logs(host)), nil
}

func (r *trialRun) undo(t *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var host string
	if err := sig.unpack(args, kwargs, &host); err != nil {
		return nil, err
	}
	var err error
	waiting(t, func() { err = r.bench.Undo(r.ctx, host) })
	return starlark.None, err
}

func (r *trialRun) assertEq(_ *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var got, want starlark.Value
	if err := sig.unpack(args, kwargs, &got, &want); err != nil {
		return nil, err
	}
	got, want = orNone(got), orNone(want)
	same, err := starlark.Equal(got, want)
	if err != nil || same {
		return starlark.None, err
	}
	return nil, spec.Errorf(spec.Failed, "got %s, want %s", got, want)
}

func (r *trialRun) assertIn(_ *starlark.Thread, sig *signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var what, where starlark.Value
	if err := sig.unpack(args, kwargs, &what, &where); err != nil {
		return nil, err
	}
	what, where = orNone(what), orNone(where)
	in, err := starlark.Binary(syntax.IN, what, where)
	if err != nil || in == starlark.True {
		return starlark.None, err
	}
	if piece, ok := starlark.AsString(what); ok {
		if xs, ok := where.(starlark.Iterable); ok {
			for x := range starlark.Elements(xs) {
				if line, ok := starlark.AsString(x); ok && strings.Contains(line, piece) {
					return starlark.None, nil
				}
			}
		}
	}
	return nil, spec.Errorf(spec.Failed, "%s is not in %s", what, where)
}

func orNone(v starlark.Value) starlark.Value {
	if v == nil {
		return starlark.None
	}
	return v
}

func lines(texts []string) *starlark.List {
	out := make([]starlark.Value, len(texts))
	for i, s := range slices.All(texts) {
		out[i] = starlark.String(s)
	}
	return starlark.NewList(out)
}
