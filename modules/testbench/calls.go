package testbench

import (
	"context"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// test is one test function while it runs.
type test struct {
	ctx   context.Context //nolint:containedctx // of one call; the builtins get no other
	bench Bench
}

const testKey = "modules.test"

// builtins are the functions of Signatures.
func builtins() starlark.StringDict {
	d := starlark.StringDict{}
	for _, b := range []struct {
		sig *interp.Signature
		fn  func(r *test, t *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
	}{
		{fleetSignature(), (*test).fleet}, {deploySignature(), (*test).deploy}, {failsSignature(), (*test).fails},
		{stackSignature(), (*test).stack}, {logsSignature(), (*test).logs}, {undoSignature(), (*test).undo},
		{fakeSignature(), (*test).fake}, {ranSignature(), (*test).ran}, {changesSignature(), (*test).changes}, {fileSignature(), (*test).file},
		{assertEqSignature(), (*test).assertEq}, {assertInSignature(), (*test).assertIn},
	} {
		d[b.sig.Name] = starlark.NewBuiltin(b.sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			r, ok := t.Local(testKey).(*test)
			if !ok {
				return nil, spec.Errorf(spec.Failed, "%s works inside a function of the test file whose name begins with test_", b.sig.Name).
					WithHint("write def test_something():")
			}
			return b.fn(r, t, b.sig, args, kwargs)
		})
	}
	return d
}

func (r *test) fleet(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	system := "debian 13"
	if err := sig.Unpack(nil, kwargs, &system); err != nil {
		return nil, err
	}
	var hosts []string
	for _, v := range args {
		name, ok := starlark.AsString(v)
		if !ok || name == "" {
			return nil, spec.Errorf(spec.Failed, "a host is named by a text, not by %s", interp.TypeName(v))
		}
		hosts = append(hosts, name)
	}
	return starlark.None, r.bench.Fleet(hosts, system)
}

// deployment reads what deploy and fails have in common.
func deployment(pattern, on string, given [3]*starlark.Dict) (Deployment, error) {
	d := Deployment{Pattern: pattern, On: on}
	for i, x := range []struct {
		name string
		into *map[string]string
	}{{"hosts", &d.Hosts}, {"set", &d.Set}, {"choose", &d.Choose}} {
		var err error
		if *x.into, err = answers(x.name, given[i]); err != nil {
			return d, err
		}
	}
	return d, nil
}

func answers(name string, d *starlark.Dict) (map[string]string, error) {
	out := map[string]string{}
	if d == nil {
		return out, nil
	}
	for k, v := range d.Entries() {
		key, ok := starlark.AsString(k)
		if !ok {
			return nil, spec.Errorf(spec.Failed, "the keys of %s are texts, not %s", name, interp.TypeName(k))
		}
		x, err := interp.ToGo(v)
		if err != nil {
			return nil, err
		}
		revealed, err := value.Map(x, func(leaf any) (any, error) {
			if s, ok := leaf.(value.Secret); ok {
				return s.Reveal(), nil
			}
			return leaf, nil
		})
		if err != nil {
			return nil, err
		}
		out[key] = value.Input(revealed)
	}
	return out, nil
}

func (r *test) deploy(t *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern, on string
	var given [3]*starlark.Dict // hosts, set, choose
	if err := sig.Unpack(args, kwargs, &pattern, &on, &given[0], &given[1], &given[2]); err != nil {
		return nil, err
	}
	res, err := r.carryOut(t, pattern, on, given)
	if err != nil {
		return nil, err
	}
	returns, err := interp.FromGo(res.Returns)
	if err != nil {
		return nil, err
	}
	return interp.NewStruct("deployed", starlark.StringDict{"returns": returns, "steps": list(res.Steps), "logs": list(res.Logs)}), nil
}

func (r *test) carryOut(t *starlark.Thread, pattern, on string, given [3]*starlark.Dict) (res Result, err error) {
	d, err := deployment(pattern, on, given)
	if err != nil {
		return res, err
	}
	interp.Waiting(t, func() { res, err = r.bench.Deploy(r.ctx, d) })
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

func (r *test) fails(t *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var pattern, says, on string
	var given [3]*starlark.Dict
	if err := sig.Unpack(args, kwargs, &pattern, &says, &on, &given[0], &given[1], &given[2]); err != nil {
		return nil, err
	}
	_, err := r.carryOut(t, pattern, on, given)
	if err == nil {
		return nil, spec.Errorf(spec.Failed, "deploying %s did not fail", pattern)
	}
	if !strings.Contains(err.Error(), says) {
		return nil, spec.Errorf(spec.Failed, "it fails, but says %q", err.Error())
	}
	return starlark.String(err.Error()), nil
}

func (r *test) stack(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var host, lifecycle string
	if err := sig.Unpack(args, kwargs, &host, &lifecycle); err != nil {
		return nil, err
	}
	names, err := r.bench.Stack(host, lifecycle)
	return list(names), err
}

func (r *test) logs(_ *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var host string
	if err := sig.Unpack(args, kwargs, &host); err != nil {
		return nil, err
	}
	return list(r.bench.Logs(host)), nil
}

func (r *test) undo(t *starlark.Thread, sig *interp.Signature, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var host string
	if err := sig.Unpack(args, kwargs, &host); err != nil {
		return nil, err
	}
	var err error
	interp.Waiting(t, func() { err = r.bench.Undo(r.ctx, host) })
	return starlark.None, err
}

func list(texts []string) *starlark.List {
	out := make([]starlark.Value, len(texts))
	for i, s := range texts {
		out[i] = starlark.String(s)
	}
	return starlark.NewList(out)
}
