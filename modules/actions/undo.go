package actions

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/op"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

var _ lifecycle.EffectHandler = (*Functions)(nil)

// Look says how the host is where an effect was made, and tidies up if that was interrupted.
func (f *Functions) Look(ctx context.Context, in *lifecycle.Call, e spec.Effect) (spec.EffectFinding, error) {
	found := spec.EffectFinding{Effect: e.Brief(), State: spec.EffectUnknown}
	if e.Command() {
		return found, nil
	}
	c := &call{Call: in, by: f}
	c.learnEntered()
	sys, err := c.system()
	if err != nil {
		return found, err
	}
	if !in.Me.Simulated && spec.KindOfKey(e.Key) != view.File {
		if running := f.Machine.StillRunning(); len(running) > 0 {
			return found, spec.Errorf(spec.Unavailable, "an earlier command may still change it: %s", running[0])
		}
	}
	if !e.Done { // else a run may be at it just now
		if err := tidy(ctx, sys, e.Key); err != nil {
			return found, err
		}
	}
	is, err := sys.Get(e.Key)
	if err != nil {
		return found, err
	}
	found.Now = op.About(is)
	_, there := withoutPart(e, is)
	if e.Found && e.Part {
		has := slices.Collect(strings.Lines(is.Content))
		there = !slices.ContainsFunc(op.Added("", e.After.Content), func(l string) bool { return !slices.Contains(has, l) })
	}
	switch {
	case view.Same(e.After, is), there:
		found.State = spec.EffectAfter
		return found, nil
	case view.Same(e.Before, is), e.Was != nil && view.Same(*e.Was, is), takenOutBefore(e, is):
		found.State = spec.EffectBefore
	default:
		found.State = spec.EffectOther
	}
	if !e.Secret {
		found.Diff = c.hide(op.Change{Key: e.Key, Before: e.After, After: is}.Diff())
	}
	return found, nil
}

// tidy has a host do what a change of an object that was interrupted has left to be done.
func tidy(ctx context.Context, sys view.View, key string) error {
	if t, ok := sys.(interface {
		Tidy(ctx context.Context, key string) error
	}); ok {
		return t.Tidy(ctx, key)
	}
	return nil
}

// Undo takes effects back. Packages that were changed together are taken back together,
// and then what came to be besides. All is tried on an overlay first, so that nothing is
// taken back unless all can be.
func (f *Functions) Undo(ctx context.Context, in *lifecycle.Call, effects, upon []spec.Effect) error {
	if in.Preview == nil {
		if err := (&call{Call: in, by: f}).alone(ctx); err != nil {
			return err
		}
		trial := *in
		trial.Preview, trial.Effects = &lifecycle.Preview{Host: &lifecycle.Kept{}}, lifecycle.NoEffects{}
		if err := f.undo(ctx, &trial, effects, upon); err != nil {
			return err
		}
	}
	return f.undo(ctx, in, effects, upon)
}

func (f *Functions) undo(ctx context.Context, in *lifecycle.Call, effects, upon []spec.Effect) error {
	c := &call{Call: in, by: f}
	c.learnEntered()
	sys, err := c.system()
	if err != nil {
		return err
	}
	for _, some := range undoOrder(effects) {
		if ctx.Err() != nil {
			return ended(ctx, "")
		}
		some = slices.Clone(some)
		to, gone, err := c.heirs(sys, some, upon)
		if err != nil {
			return err
		}
		upon = replaced(upon, to, gone)
		if len(gone) > 0 {
			err = c.handOver(some, to, gone)
		} else if err = c.takeBack(ctx, sys, some); err == nil && len(to) > 0 {
			err = c.Effects.Handed(to)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// undoOrder groups effects, the newest first, into what is taken back at once: packages
// that were changed together, and then what came to be besides.
func undoOrder(effects []spec.Effect) (out [][]spec.Effect) {
	packages := map[int]bool{} // by batch
	for _, e := range effects {
		if spec.KindOfKey(e.Key) == view.Package {
			packages[e.Batch] = true
		}
	}
	taken := map[int]bool{}
	for i, e := range effects {
		switch isPackage := spec.KindOfKey(e.Key) == view.Package; {
		case isPackage && taken[e.Batch], packages[e.Besides]: // it is taken back with its batch
		case isPackage:
			taken[e.Batch] = true
			some := slices.DeleteFunc(slices.Clone(effects[i:]), func(x spec.Effect) bool {
				return x.Batch != e.Batch || spec.KindOfKey(x.Key) != view.Package
			})
			for _, x := range effects {
				if x.Besides == e.Batch {
					some = append(some, x)
				}
			}
			out = append(out, some)
		default:
			out = append(out, effects[i:i+1])
		}
	}
	return out
}

// takeBack takes effects back that are one act. A service that was reloaded for what is
// taken back is owed another reload.
func (c *call) takeBack(ctx context.Context, sys view.View, effects []spec.Effect) error {
	switch e := effects[0]; {
	case e.Command():
		return c.undoCommand(ctx, e)
	case e.Key == spec.RebootKey:
		if c.Preview != nil {
			return nil
		}
		return c.Effects.Gone(e)
	case e.Owed() && c.Preview != nil:
		c.Preview.Change(spec.Change{What: e.Key, Key: e.Key})
		return nil
	case e.Owed():
		again := []spec.Effect{{Key: e.Key, Before: e.Before, After: e.After}}
		if err := c.Effects.Begin(again, e.Key+", owed"); err != nil {
			return err
		}
		return c.Effects.Gone(e, again[0])
	}
	if key := effects[0].Key; spec.KindOfKey(key) == view.Package { // an undo that was interrupted may have removed them
		if err := tidy(ctx, sys, key); err != nil {
			return c.hidden(err)
		}
	}
	var changes []op.Change
	with := slices.Clone(effects) // what lies in a directory comes before it: if that stays, so does the directory
	for _, e := range effects {
		x, err := c.back(sys, c.leftNow(e), with)
		if err != nil {
			return err
		}
		if x.Key != "" {
			changes = append(changes, x)
		} else if is, err := sys.Get(e.Key); err == nil && is.Kind == view.Directory {
			with = slices.DeleteFunc(with, func(o spec.Effect) bool { return o.Key == e.Key })
		}
	}
	if len(changes) > 0 {
		switch err := c.putBack(ctx, sys, effects, changes); {
		case err != nil && c.Changed == spec.ChangedKeep && ctx.Err() == nil: // what was kept may stand in the way
			c.left(effects[0].Key + " stays: " + spec.AsError(err).Msg)
		case err != nil:
			return c.hidden(err)
		}
	}
	return c.Effects.Gone(effects...)
}

// back is the change that takes an effect back, with others; none if there is nothing to do.
func (c *call) back(sys view.View, e spec.Effect, with []spec.Effect) (op.Change, error) {
	is, err := sys.Get(e.Key)
	switch {
	case err != nil && c.Changed == spec.ChangedKeep:
		c.left(e.Key + " stays as it is: " + spec.AsError(err).Msg)
		return op.Change{}, nil
	case err != nil:
		return op.Change{}, spec.Errorf(spec.Conflict, "%s cannot be taken back: %s", e.Key, spec.AsError(err).Msg).
			WithHint("put it back by hand as it was, or leave it as it is now with --changed=keep")
	case view.Same(e.Before, is) && !onlyAskedFor(e, is), takenOutBefore(e, is):
		return op.Change{}, nil
	}
	if why := op.Stays(is, e.Before); why != "" {
		c.left(e.Key + " stays: " + why)
		return op.Change{}, nil
	}
	x := op.Change{Key: e.Key, Before: is, After: e.Before}
	if rest, there := withoutPart(e, is); there {
		if x.After = rest; view.Same(rest, is) { // all of it is others' by now
			return op.Change{}, nil
		}
		return x, nil
	}
	var why string
	switch file := spec.KindOfKey(e.Key) == view.File; {
	case e.Forever != "":
		c.left(e.Key + " stays as it is: " + e.Forever)
		return op.Change{}, nil
	case e.Before.Kind == view.Nothing && is.Kind == view.Directory:
		names, err := sys.List(e.Key)
		if err != nil {
			return x, err
		}
		names = slices.DeleteFunc(names, func(name string) bool { // what goes with it
			return slices.ContainsFunc(with, func(o spec.Effect) bool { return o.Key == path.Join(e.Key, name) })
		})
		if len(names) == 0 {
			return x, nil
		}
		if c.Changed != spec.ChangedStop || e.Besides != 0 {
			c.left(e.Key + " stays: it has " + strings.Join(names[:min(3, len(names))], ", "))
			return op.Change{}, nil
		}
		why = "the directory is not empty: it has " + strings.Join(names[:min(3, len(names))], ", ")
	case view.Same(e.After, is), !e.Done && !file, e.Was != nil && view.Same(*e.Was, is), e.Besides != 0:
		return x, nil
	case is.Kind == view.Nothing:
		why = "it is not there any more"
	default:
		why = "it was changed since: it is " + op.About(is) + ", and was " + op.About(e.After)
		if op.About(is) == op.About(e.After) {
			why = "its content was changed since"
		}
	}
	switch c.Changed {
	case spec.ChangedOverwrite:
		return x, nil
	case spec.ChangedKeep:
		c.left(e.Key + " stays as it is: " + why)
		return op.Change{}, nil
	case spec.ChangedStop:
	}
	if !e.Secret {
		c.tell(e.Key+": "+why, c.hide(op.Change{Key: e.Key, Before: e.After, After: is}.Diff()))
	}
	return x, spec.Errorf(spec.Conflict, "%s cannot be taken back: %s", e.Key, why).
		WithHint("--changed=keep leaves it as it is now, --changed=overwrite takes it back all the same")
}

// onlyAskedFor reports whether a package was there for others, and all that an effect did is
// that it was asked for.
func onlyAskedFor(e spec.Effect, is view.Object) bool {
	return view.PackageOf(e.Before).Automatic && !view.PackageOf(e.After).Automatic && view.PackageOf(is) == view.PackageOf(e.After)
}

// withoutPart is a file that somebody else has changed, too, without the part of it that an
// effect wrote; false if that is not there any more, or the effect wrote the whole file.
func withoutPart(e spec.Effect, is view.Object) (rest view.Object, there bool) {
	if !e.Part || is.Kind != view.File || e.After.Kind != view.File || view.Same(e.After, is) {
		return rest, false
	}
	rest = is
	if rest.Content, there = op.TakeOut(e.Before.Content, e.After.Content, is.Content); rest.Content == "" && e.Before.Kind == view.Nothing {
		rest = view.Object{}
	}
	return rest, there
}

// left says what is not taken back.
func (c *call) left(what string) {
	if c.Preview != nil {
		c.Preview.Change(spec.Change{What: "  " + c.hide(what)})
		return
	}
	c.log(spec.LevelWarn, what)
}

// putBack makes the changes that take effects back. What is no file may be found half done
// after a crash, and what is a part of one may then be gone with the rest as others have it,
// so that it is under way is recorded before.
func (c *call) putBack(ctx context.Context, sys view.View, effects []spec.Effect, changes []op.Change) error {
	for _, x := range changes {
		diff := ""
		if i := slices.IndexFunc(effects, func(e spec.Effect) bool { return e.Key == x.Key }); !effects[i].Secret {
			diff = c.hide(x.Diff())
		}
		if c.Preview != nil {
			c.foresee(sys, x, diff)
		} else {
			c.tell(x.Describe(), diff)
		}
	}
	if c.Preview == nil && (effects[0].Part || spec.KindOfKey(changes[0].Key) != view.File) {
		if err := c.Effects.Undoing(effects...); err != nil {
			return err
		}
	}
	if c.Preview != nil {
		_, err := op.Apply(ctx, sys, changes...)
		return err
	}
	accounts := c.accounts(sys)
	if _, err := op.Apply(ctx, sys, changes...); err != nil {
		return err
	}
	return c.leaveAccounts(sys, accounts, effects)
}

// undoCommand runs the command that takes another one back, if there is one.
func (c *call) undoCommand(ctx context.Context, e spec.Effect) error {
	switch {
	case len(e.Undo) == 0:
		c.left("not taken back: " + e.Key)
	case c.Preview != nil:
		c.Preview.Change(spec.Change{What: "run " + c.hide(show(e.Undo))})
		c.Preview.Unknown("what " + e.Undo[0] + " changes is not known before")
	case c.Me.Simulated:
		c.log(spec.LevelInfo, "would run: "+show(e.Undo))
	default:
		c.log(spec.LevelInfo, "$ "+show(e.Undo))
		res, err := c.by.Machine.Run(ctx, spec.Command{Argv: e.Undo}, &c.redactor, func(text string) { c.log(spec.LevelInfo, text) })
		if err != nil {
			return err
		}
		if res.Code != 0 {
			return commandFailed(e.Undo[0], res)
		}
	}
	return c.Effects.Gone(e)
}
