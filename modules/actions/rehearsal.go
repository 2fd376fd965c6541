package actions

import (
	"fmt"
	"slices"
	"sync"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// UnknownOutput ends the message of a function that looked at what a command gave on a
// simulated host.
const UnknownOutput = "is not known on a simulated host: nothing ran there"

// Rehearsal is what a simulated host knows of commands, and notes of what was done.
type Rehearsal struct {
	host *view.Memory

	mu      sync.Mutex // guards what follows
	fakes   []fake
	ran     []string
	changes []string
}

// fake is what a command is said to give.
type fake struct {
	argv []string
	gave spec.CommandResult
}

// RehearsalOf is that of the simulated host of an agent.
func RehearsalOf(k *lifecycle.Kept) *Rehearsal {
	if k == nil { // nothing is kept from one call to the next
		k = &lifecycle.Kept{}
	}
	host := Simulated(k)
	return k.Get("rehearsal", func() any { return &Rehearsal{host: host} }).(*Rehearsal)
}

// Fake says what a command gives from now on.
func (r *Rehearsal) Fake(argv []string, gives spec.CommandResult) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fakes = append(r.fakes, fake{slices.Clone(argv), gives})
}

// Ran lists the commands that would have been run, as one would type them.
func (r *Rehearsal) Ran() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ran)
}

// Changes lists what operations changed, as the log says it.
func (r *Rehearsal) Changes() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.changes)
}

// File is the content of a file of the host, false if there is none.
func (r *Rehearsal) File(path string) (string, bool, error) {
	if err := view.CheckPath(path); err != nil {
		return "", false, err
	}
	o, err := r.host.Get(path)
	return o.Content, o.Kind == view.File, err
}

func (r *Rehearsal) changed(lines []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.changes = append(r.changes, lines...)
}

// run notes a command, and gives what is known of its result.
func (r *Rehearsal) run(argv []string, shown string) (spec.CommandResult, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ran = append(r.ran, shown)
	return r.known(argv)
}

// known is what the last fake of a command says that it gives. The lock is held.
func (r *Rehearsal) known(argv []string) (spec.CommandResult, bool) {
	for _, f := range slices.Backward(r.fakes) {
		if slices.Equal(f.argv, argv) {
			return f.gave, true
		}
	}
	return spec.CommandResult{}, false
}

// rehearse says what a command would do on a simulated host.
func (c *call) rehearse(t *starlark.Thread, cmd command, shown string) (starlark.Value, error) {
	r := RehearsalOf(c.Kept)
	if c.Preview != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if res, ok := r.known(cmd.Argv); ok && slices.Contains(cmd.ok, res.Code) {
			return newResult(res), nil
		}
		return unknownResult{cmd.Argv[0], c.Preview}, nil
	}
	c.say(t, spec.LevelInfo, "would run: "+shown)
	res, ok := r.run(cmd.Argv, c.hide(shown))
	switch {
	case !ok:
		return notRun{c.hide(show(cmd.Argv)), c.hide(listed(slices.Clone(cmd.Argv)))}, nil
	case !slices.Contains(cmd.ok, res.Code):
		return nil, commandFailed(cmd.Argv[0], res)
	}
	return newResult(res), nil
}

// notRun is what a command gives on a simulated host of which nothing is known.
type notRun struct{ shown, listed string }

func (n notRun) String() string        { return "result(unknown)" }
func (n notRun) Type() string          { return "result" }
func (n notRun) Freeze()               {}
func (n notRun) Truth() starlark.Bool  { return true }
func (n notRun) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable: result") }

// AttrNames lists what stands after a dot.
func (n notRun) AttrNames() []string { return unknownResult{}.AttrNames() }

// Attr knows only that it was not left out.
func (n notRun) Attr(name string) (starlark.Value, error) {
	switch {
	case name == "skipped":
		return starlark.False, nil
	case !slices.Contains(n.AttrNames(), name):
		return nil, &spec.Error{Kind: spec.Failed, Msg: "result has no '" + name + "'", Hint: interp.DidYouMean(name, n.AttrNames())}
	}
	return nil, &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("the %s of %s %s", name, n.shown, UnknownOutput),
		Hint: fmt.Sprintf("say in the test what it gives: fake([%s], %s)", n.listed, map[string]string{"stdout": `stdout = "…"`, "stderr": `stderr = "…"`, "code": "code = 0"}[name])}
}
