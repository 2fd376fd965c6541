package actions

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// change looks at the host, and makes, or only foresees, what is to be changed.
func (c *call) change(ctx context.Context, o op.Operation, secret bool) (changed bool, err error) {
	sys, err := c.system()
	if err == nil {
		err = c.alone(ctx)
	}
	if err != nil {
		return false, err
	}
	looked := &looking{View: sys}
	changes, err := o.Plan(ctx, looked)
	if err == nil && c.Preview == nil {
		err = c.foundAll(sys, o, looked.keys, changes)
	}
	if err == nil {
		var already string
		if already, err = op.Check(ctx, sys, changes...); already != "" {
			c.log(spec.LevelWarn, "changed although its validation fails, as it did before: "+c.hide(already))
		}
	}
	if err == nil && len(changes) == 0 && c.Preview == nil {
		err = c.unrecorded(sys, looked.keys)
	}
	for rest := changes; err == nil && len(rest) > 0; {
		var some []op.Change
		some, rest = op.Together(rest)
		err = c.make(ctx, sys, some, secret)
	}
	if unknown := (*view.UnknownError)(nil); c.Preview != nil && errors.As(err, &unknown) {
		c.Preview.Stop(c.hide(unknown.Why))
	}
	if err != nil {
		return false, c.hidden(err)
	}
	if p := op.Removed(o); p != "" && len(changes) == 0 && c.Preview != nil && view.ScriptsToRun(sys) {
		c.Preview.Change(spec.Change{What: "- " + c.hide(p) + ", if a script of a package makes it"})
	}
	return len(changes) > 0, nil
}

// looking is a view that remembers what was looked at.
type looking struct {
	view.View
	keys []string
}

// Get looks at what there is.
func (l *looking) Get(key string) (view.Object, error) {
	l.keys = append(l.keys, key)
	return l.View.Get(key)
}

// Solve looks at packages.
func (l *looking) Solve(ctx context.Context, r view.Request) ([]view.Named, error) {
	for _, name := range slices.Concat(r.Install, r.Remove) {
		name, _, _ = strings.Cut(name, "=")
		l.keys = append(l.keys, string(view.Package)+" "+name)
	}
	return l.View.Solve(ctx, r)
}

// foundAll records what is as it is wanted: what is to be looked at later, and what others
// changed, and this function relies on.
func (c *call) foundAll(sys view.View, o op.Operation, looked []string, changes []op.Change) error {
	if w, ok := o.(op.Watched); ok && len(changes) == 0 {
		return c.found(sys, w.Key())
	}
	file, text, isPart := op.PartOf(o)
	for _, e := range c.Effects.Passing() {
		changed := slices.ContainsFunc(changes, func(x op.Change) bool { return x.Key == e.Key })
		if changed || !slices.Contains(looked, e.Key) {
			continue
		}
		var err error
		if isPart && e.Part && e.Key == file {
			err = c.Effects.Found(spec.Effect{Key: file, Part: true, Secret: c.hide(text) != text,
				Before: view.Object{Kind: view.File}, After: view.Object{Kind: view.File, Content: text}})
		} else {
			err = c.found(sys, e.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// found records that something is as it is wanted.
func (c *call) found(sys view.View, key string) error {
	is, err := sys.Get(key)
	if err != nil {
		return c.hidden(err)
	}
	return c.Effects.Found(spec.Effect{Key: key, After: is})
}

// hidden is an error of an operation without the secrets in it.
func (c *call) hidden(err error) error {
	return &spec.Error{Kind: spec.Failed, Msg: c.hide(spec.AsError(err).Msg), Hint: spec.HintOf(err), Err: err}
}

// make makes changes that are one act, between their two records.
func (c *call) make(ctx context.Context, sys view.View, changes []op.Change, secret bool) error {
	if c.Preview != nil {
		for _, x := range changes {
			c.foresee(sys, x, c.diff(x, secret))
		}
		_, err := op.Apply(ctx, sys, changes...)
		return err
	}
	effects, lines := make([]spec.Effect, len(changes)), make([]string, len(changes))
	for i, x := range changes {
		effects[i] = spec.Effect{Key: x.Key, Before: x.Before, After: view.Shown(x.After), Forever: x.Forever, Part: x.Part, Secret: secret || c.holdsSecret(x)}
		lines[i] = c.hide(x.Describe())
	}
	known := slices.Contains(c.Effects.Owed(), effects[0].Key)
	if err := c.Effects.Begin(effects); err != nil {
		return err
	}
	if effects[0].Owed() { // it is done when the run settles it
		if !known {
			c.tell(lines[0]+", owed", "")
		}
		return c.Effects.Done(effects...)
	}
	for i, x := range changes {
		c.tell(lines[i], c.diff(x, secret))
	}
	if c.Me.Simulated {
		RehearsalOf(c.Kept).changed(lines)
	}
	accounts := c.accounts(sys)
	besides, err := op.Apply(ctx, sys, changes...)
	if err != nil {
		return c.notMade(ctx, sys, effects, err)
	}
	if err := c.leaveAccounts(sys, accounts, effects); err != nil {
		return err
	}
	if err := c.Effects.Done(effects...); err != nil {
		return err
	}
	return c.besides(sys, effects[0].Batch, besides, effects[0].Key)
}

// foresee notes a change in the preview.
func (c *call) foresee(sys view.View, x op.Change, diff string) {
	scripts := spec.KindOfKey(x.Key) == view.Package && view.Scripted(sys, x.Key, x.Before, x.After)
	c.Preview.Change(spec.Change{What: c.hide(x.Describe()), Key: x.Key, Diff: diff, Forever: x.Forever, Scripts: scripts})
}

// holdsSecret reports whether a secret that the function knows is in a file, before or after,
// or it is of what always is one.
func (c *call) holdsSecret(x op.Change) bool {
	for _, o := range []view.Object{x.Before, x.After} {
		if o.Kind == view.DatabaseUser {
			return true
		}
		if o.Kind == view.File && c.hide(o.Content) != o.Content {
			return true
		}
	}
	return false
}

// notMade notes what became of changes that failed: the host says it.
func (c *call) notMade(ctx context.Context, sys view.View, effects []spec.Effect, failed error) error {
	for _, e := range effects {
		is, err := sys.Get(e.Key)
		switch before := e.Before; {
		case err != nil:
		case view.Same(e.After, is):
			err = c.Effects.Done(e)
		case e.Was == nil && e.Before.Digest == "" && view.Same(before, is):
			err = c.Effects.Gone(e)
		}
		if err != nil && ctx.Err() == nil {
			c.log(spec.LevelWarn, e.Key+": "+err.Error())
		}
	}
	return failed
}

// besides records what came to be with changes of some keys, to be taken back after them.
func (c *call) besides(sys view.View, batch int, objects []view.Named, keys ...string) error {
	var effects []spec.Effect
	for _, o := range objects {
		c.tell(op.Change{Key: o.Key, After: o.Object}.Describe(), "")
		effects = append(effects, spec.Effect{Key: o.Key, After: o.Object, Besides: batch, Secret: true})
	}
	if len(effects) == 0 {
		return nil
	}
	if err := c.Effects.Begin(effects); err != nil {
		return err
	}
	if h, ok := sys.(begunHost); ok {
		h.Recorded(keys)
	}
	return c.Effects.Done(effects...)
}

// begunHost is a host that keeps how it was before packages were changed, until what came to
// be besides is recorded.
type begunHost interface {
	Unrecorded(keys []string) []view.Named
	Recorded(keys []string)
}

// unrecorded records what came to be with packages that are there, if an earlier agent was
// killed before it had recorded that.
func (c *call) unrecorded(sys view.View, keys []string) error {
	h, ok := sys.(begunHost)
	if !ok {
		return nil
	}
	for _, e := range c.Effects.Standing() {
		if e.Found || spec.KindOfKey(e.Key) != view.Package || !slices.Contains(keys, e.Key) {
			continue
		}
		if err := c.besides(sys, e.Batch, h.Unrecorded([]string{e.Key}), e.Key); err != nil {
			return err
		}
	}
	return nil
}

// diff is how a file changes, if that may be shown. What was there before may be a secret,
// if one is there now.
func (c *call) diff(x op.Change, secret bool) string {
	if secret {
		return ""
	}
	return c.hide(x.Diff())
}

// longestLine is how much of a line of a difference is logged, in characters.
const longestLine = 200

func cut(line string) string {
	if r := []rune(line); len(r) > longestLine {
		return string(r[:longestLine]) + "…"
	}
	return line
}

// tell logs a change.
func (c *call) tell(what, diff string) {
	c.log(spec.LevelInfo, what)
	n := 0
	for line := range strings.Lines(diff) {
		if n++; n > mostDiff {
			c.log(spec.LevelInfo, "    … and more")
			break
		}
		c.log(spec.LevelInfo, "    "+cut(strings.TrimRight(line, "\r\n")))
	}
}

// alone sees that nothing changes the host any more that an earlier agent had begun.
func (c *call) alone(ctx context.Context) error {
	if c.Preview != nil || c.Me.Simulated || c.by.Machine == nil {
		return nil
	}
	return c.by.Machine.EndLeftovers(ctx, func(text string) { c.log(spec.LevelInfo, text) })
}

// Simulated is the simulated host that the functions of an agent work on.
func Simulated(k *lifecycle.Kept) *view.Memory {
	return k.Get("system", func() any { return view.NewMemory() }).(*view.Memory)
}

// system is the host that the function works on: this machine, a simulated one, or, in a
// preview, an overlay on it, which is that of all lifecycles.
func (c *call) system() (view.View, error) {
	name := "system"
	if c.Me.Simulated {
		name = "simulated" // as a lifecycle of a real host may be
	}
	base := func() view.View {
		if c.Me.Simulated {
			return RehearsalOf(c.Kept).host
		}
		return c.by.Machine.System(func(text string) { c.log(spec.LevelInfo, text) })
	}
	switch {
	case c.by.Machine == nil && !c.Me.Simulated:
		return nil, &spec.Error{Kind: spec.Failed, Msg: "this agent changes nothing on its host"}
	case c.Preview != nil:
		return c.Preview.Host.Get(name, func() any { return view.NewOverlay(base()) }).(*view.Overlay), nil
	}
	return base(), nil
}
