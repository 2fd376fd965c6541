package modules

import (
	"fmt"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/spec"
)

// declarer is the body of a builtin of the define phase.
type declarer func(pos starlark.Tuple, kwargs []starlark.Tuple, at position) starlark.Value

// predeclared are the names that every file can use.
func (l *loader) predeclared() starlark.StringDict {
	d := starlark.StringDict{}
	for name, pick := range map[string]func(*defining) declarer{
		"lifecycle":        func(d *defining) declarer { return d.newLifecycle },
		"state":            func(d *defining) declarer { return d.newState },
		"meta_state":       func(d *defining) declarer { return d.newMetaState },
		"provide":          func(d *defining) declarer { return d.newProvide },
		"require":          func(d *defining) declarer { return d.newRequire },
		"require_local":    func(d *defining) declarer { return d.newRemote(spec.Local) },
		"require_external": func(d *defining) declarer { return d.newRemote(spec.External) },
		"var":              func(d *defining) declarer { return d.newVar },
		"rolling":          func(d *defining) declarer { return d.newRolling },
		"list_of":          func(d *defining) declarer { return d.listOf },
	} {
		d[name] = starlark.NewBuiltin(name, func(t *starlark.Thread, b *starlark.Builtin, pos starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			now, ok := t.Local(definingKey).(*defining)
			if !ok {
				return nil, fmt.Errorf("%s declares: it can only be used while the module is loaded, not inside an action", b.Name())
			}
			return pick(now)(pos, kwargs, now.called(t)), nil
		})
	}
	for _, name := range plainTypes() {
		d[name] = typeValue{spec.Type{Kind: spec.TypeKind(name)}}
	}
	return d
}

// called is where the running builtin was called.
func (d *defining) called(t *starlark.Thread) position {
	pos := t.CallFrame(1).Pos
	s := position{pos: pos, stack: t.CallStack()}
	if f, ok := d.files[pos.Filename()]; ok && f.parsed != nil {
		if call := f.calls[placeOf(pos)]; call != nil {
			return s.of(call)
		}
	}
	return s
}
