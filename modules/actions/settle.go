package actions

import (
	"context"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// Settle reloads and restarts the services that are owed it, each once: a restart does for
// a reload.
func (f *Functions) Settle(ctx context.Context, in *lifecycle.Call) error {
	c := &call{Call: in, by: f}
	sys, err := c.system()
	if err != nil {
		return err
	}
	owed := c.Effects.Owed()
	for _, key := range owed {
		if key == spec.RebootKey { // when the run has ended
			continue
		}
		verb, service, _ := strings.Cut(key, " ")
		if verb == string(view.Reload) && slices.Contains(owed, string(view.Restart)+" "+service) {
			if err := c.Effects.Settled(key); err != nil {
				return err
			}
			continue
		}
		is, err := sys.Get(string(view.Service) + " " + service)
		if err != nil {
			return c.hidden(err)
		}
		if is.Kind == view.Nothing {
			c.log(spec.LevelInfo, key+": there is no such service any more")
		} else {
			c.log(spec.LevelInfo, key)
			if err := sys.Act(ctx, spec.ObjectKind(verb), service); err != nil {
				return c.hidden(err)
			}
		}
		if err := c.Effects.Settled(key); err != nil {
			return err
		}
	}
	return nil
}

func settleSignature() *interp.Signature {
	return &interp.Signature{Name: "ctx.host.settle", Returns: "None",
		Doc: "Does now what ctx.host.reload and ctx.host.restart owe, which is done at the end of the run otherwise: for what needs the service as it is configured now."}
}

// settleNow is ctx.host.settle.
func (c *call) settleNow(ctx context.Context) *starlark.Builtin {
	sig := settleSignature()
	return starlark.NewBuiltin(sig.Name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (_ starlark.Value, err error) {
		if err := sig.Unpack(args, kwargs); err != nil {
			return nil, err
		}
		if c.asking {
			return nil, &spec.Error{Kind: spec.Failed, Msg: sig.Name + " can only be used in an action: a suggestion or validation must not touch the host"}
		}
		if c.Preview == nil {
			interp.Waiting(t, func() { err = c.by.Settle(ctx, c.Call) })
		}
		return starlark.None, err
	})
}
