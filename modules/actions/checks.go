package actions

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// A check is tried again until it succeeds or its time is up. The pauses between grow.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = 2 * time.Second
	longestProbe = 10 * time.Second // until a probe that gets no answer is tried anew
)

func checkSignatures() []*interp.Signature {
	return []*interp.Signature{checkTCPSignature(), checkHTTPSignature(), waitSignature()}
}

func timeoutParam() interp.Parameter {
	return interp.Param("timeout", "float", "30", "Seconds after which the step fails, with the last answer.")
}

const checkDoc = " It is tried again until then, and changes nothing: a preview only names it, and so does a simulated host."

// check is something that is tried until it is so.
type check struct {
	sig     *interp.Signature
	what    string // "http://x/ answers 200"
	timeout time.Duration
	// try says what the answer was, "" if it is the right one. The error is for what no
	// other try can mend.
	try func(ctx context.Context) (answer string, err error)
}

// checks are the functions of ctx.host that wait.
func (c *call) checks(ctx context.Context) starlark.StringDict {
	out := starlark.StringDict{}
	for name, read := range map[string]func(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (check, error){
		"check_tcp": c.checkTCP, "check_http": c.checkHTTP, "wait": c.checkCommand,
	} {
		out[name] = starlark.NewBuiltin("ctx.host."+name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
			k, err := read(t, args, kwargs)
			if err == nil {
				err = c.check(ctx, t, k)
			}
			return starlark.None, err
		})
	}
	return out
}

// check waits until something is so. In a preview, and on a simulated host, it only says
// what it would wait for.
func (c *call) check(ctx context.Context, t *starlark.Thread, k check) (err error) {
	if err := c.inAction(k.sig); err != nil {
		return err
	}
	switch {
	case c.Preview != nil:
		c.Preview.Change(spec.Change{What: c.hide("check " + k.what + " (not checked now)")})
		return nil
	case c.Me.Simulated:
		c.say(t, spec.LevelInfo, "would check "+k.what)
		return nil
	case c.by.Machine == nil:
		return failed(k.sig, "this agent checks nothing", "")
	}
	c.say(t, spec.LevelInfo, "check "+k.what)
	interp.Waiting(t, func() { err = c.until(ctx, k) })
	return err
}

// until tries until it is so, the time is up, or the context ends.
func (c *call) until(ctx context.Context, k check) error {
	within, cancel := context.WithTimeout(ctx, k.timeout)
	defer cancel()
	last := ""
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		answer, err := k.try(within)
		switch {
		case ctx.Err() != nil:
			return &spec.Error{Kind: spec.Canceled, Msg: interp.Stopped, Err: ctx.Err()}
		case err != nil:
			return err
		case answer == "":
			return nil
		case within.Err() == nil || last == "": // what ends with the time is no answer
			last = answer
		}
		select {
		case <-within.Done():
			return c.notSo(ctx, k, last)
		case <-time.After(pause):
		}
	}
}

func (c *call) notSo(ctx context.Context, k check, last string) error {
	if ctx.Err() != nil {
		return &spec.Error{Kind: spec.Canceled, Msg: interp.Stopped, Err: ctx.Err()}
	}
	return failed(k.sig, c.hide(fmt.Sprintf("not within %v: %s; the last answer was: %s", k.timeout, k.what, last)),
		"the log of the service may say why; timeout = … waits longer")
}

// answerOf is what there was instead of an answer.
func answerOf(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, context.DeadlineExceeded):
		return "none"
	}
	return err.Error()
}

// open refuses a secret in what everybody can see.
func (c *call) open(sig *interp.Signature, name, text string) error {
	if c.hide(text) != text {
		return failed(sig, "a secret is in "+name+", which everybody can see", "")
	}
	return nil
}

// seconds reads a timeout.
func seconds(sig *interp.Signature, v starlark.Value) (time.Duration, error) {
	if v == nil || v == starlark.None {
		return 30 * time.Second, nil
	}
	n, ok := starlark.AsFloat(v)
	if !ok || !(n > 0 && n < math.MaxInt32) {
		return 0, failed(sig, "timeout must be a number of seconds", "write timeout = 60")
	}
	return time.Duration(n * float64(time.Second)), nil
}

// renamed gives an error of run's arguments the name of another function.
func renamed(sig *interp.Signature, err error) error {
	return &spec.Error{Kind: spec.Failed, Msg: strings.Replace(spec.AsError(err).Msg, "ctx.host.run", sig.Name, 1), Hint: spec.HintOf(err)}
}
