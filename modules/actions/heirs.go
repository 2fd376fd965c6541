package actions

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// heirs says what becomes of later effects of others on what effects changed that are one
// act and are to be taken back. If those others need it, all of it is theirs: to are the
// effects as they are then, gone those whose place they take. If they wrote other parts of
// the same file, gone is empty, and to are they without the part that is taken out.
func (c *call) heirs(sys view.View, effects, upon []spec.Effect) (to, gone []spec.Effect, err error) {
	var heir *spec.Effect
	for _, e := range effects {
		for i, f := range upon {
			if f.Key == e.Key && f.N > e.N && (heir == nil || f.N < heir.N) {
				heir = &upon[i]
			}
		}
	}
	if heir == nil || effects[0].Owed() {
		return nil, nil, nil
	}
	if effects[0].Part {
		parted, to, err := c.parts(sys, effects[0], upon)
		if to != nil || err != nil {
			effects[0] = parted
			return to, nil, err
		}
	}
	for _, e := range effects {
		at := slices.IndexFunc(upon, func(f spec.Effect) bool { return f.Key == e.Key && f.N > e.N && sameHeir(f, *heir) })
		if at >= 0 && !upon[at].Found {
			e.After, e.Done, e.Was, e.Part = upon[at].After, upon[at].Done, nil, e.Part && upon[at].Part
		}
		if at >= 0 {
			gone = append(gone, upon[at])
		}
		e.State, e.Provide, e.By, e.For = heir.State, heir.Provide, heir.By, heir.For
		to = append(to, e)
	}
	return to, gone, nil
}

func sameHeir(a, b spec.Effect) bool {
	return a.State == b.State && a.Provide == b.Provide && a.By == b.By && slices.Equal(a.For, b.For)
}

// parts divides what was written into a file of which each wrote a part: what is to be taken
// out of it, and later effects as they are then. Lines that a later one found, and needs,
// are its own from then on. Without later effects the parts cannot be told from each other.
func (c *call) parts(sys view.View, e spec.Effect, upon []spec.Effect) (out spec.Effect, to []spec.Effect, err error) {
	is, err := sys.Get(e.Key)
	if err != nil {
		return e, nil, err
	}
	out = e
	var others []spec.Effect
	for _, f := range upon {
		if f.Key != e.Key || f.N < e.N {
			continue
		}
		if f.Found && f.Part {
			written := op.Added(out.Before.Content, out.After.Content)
			keep := slices.DeleteFunc(op.Added("", f.After.Content), func(l string) bool { return !slices.Contains(written, l) })
			if len(keep) > 0 {
				middle := out.After
				var ok bool
				if middle.Content, ok = op.TakeOutBut(keep, out.Before.Content, out.After.Content); !ok {
					return e, nil, nil
				}
				f.Found, f.Before, f.After, out.Before = false, out.Before, middle, middle
			}
			to = append(to, f)
			continue
		}
		others = append(others, f)
	}
	rest, ok := takenOut(out, is)
	if takenOutBefore(out, is) {
		rest, ok = is, true
	}
	for _, f := range others {
		_, there := takenOut(f, rest)
		var before, after bool
		f.Before, before = without(out, f.Before)
		f.After, after = without(out, f.After)
		if !ok || !f.Part || !before || !after || !there {
			return e, nil, nil
		}
		to = append(to, f)
	}
	return out, to, nil
}

// takenOut is a file without the part that an effect wrote, if that is in it.
func takenOut(e spec.Effect, is view.Object) (view.Object, bool) {
	if view.Same(e.After, is) {
		return e.Before, true
	}
	return withoutPart(e, is)
}

// without is a file without the part that an effect wrote, also if that is not in it.
func without(e spec.Effect, is view.Object) (view.Object, bool) {
	if e.Done = false; takenOutBefore(e, is) {
		return is, true
	}
	return takenOut(e, is)
}

// takenOutBefore reports whether a part of a file that was being taken out of it is out.
func takenOutBefore(e spec.Effect, is view.Object) bool {
	return e.Part && !e.Done && is.Kind == view.File && !view.Same(e.After, is) &&
		op.Without(e.Before.Content, e.After.Content, is.Content)
}

// handOver leaves effects to others.
func (c *call) handOver(effects, to, gone []spec.Effect) error {
	keys := make([]string, len(effects))
	for i, e := range effects {
		keys[i] = e.Key
	}
	what := strings.Join(keys[:min(3, len(keys))], ", ")
	if len(keys) > 3 {
		what += ", …"
	}
	if heir := to[0]; heir.Provide == string(spec.Enter) {
		c.left(what + " stays: " + heir.State + " needs it")
	} else {
		c.left(what + " stays: " + heir.State + "." + heir.Provide + " needs it")
	}
	return c.Effects.Handed(to, gone...)
}

// replaced are effects with some in the places of those with their numbers, and without
// those that are gone.
func replaced(all, to, gone []spec.Effect) []spec.Effect {
	has := func(some []spec.Effect) func(spec.Effect) bool {
		return func(e spec.Effect) bool {
			return slices.ContainsFunc(some, func(x spec.Effect) bool { return x.N == e.N })
		}
	}
	all = slices.DeleteFunc(slices.Clone(all), has(gone))
	return append(slices.DeleteFunc(all, has(to)), to...)
}
