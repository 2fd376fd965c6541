package host

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/enrol"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/session"
)

// remote is what the commands have in common that work on hosts over ssh.
type remote struct {
	*settings.Global
	output.Streams
	format  output.Format
	file    string // of hosts
	ssh     string
	askSudo bool
	dryRun  bool
	most    int  // hosts at once
	offline bool // they are not connected with

	live     *connect.Live
	accounts enrol.Accounts
	login    enrol.SSH

	mu    sync.Mutex
	names map[spec.Host]string // who is called so, of those that are worked on
}

func (r *remote) register(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&r.file, "file", "", "also the hosts that stand in `FILE`, one a line; - is standard input")
	f.StringVar(&r.ssh, "ssh", "ssh", "the `COMMAND` that logs in, with its options")
	f.BoolVarP(&r.askSudo, "ask-sudo-password", "K", false, "ask for the password that sudo wants on the hosts")
	f.BoolVar(&r.dryRun, "dry-run", false, "show what would be done, and end")
	f.IntVar(&r.most, "parallel", 20, "work on `N` hosts at once")
	r.format.Register(c)
}

// job is the work on one host.
type job struct {
	enrol.Target
	*enrol.Shell
	facts   enrol.Facts
	changed []string
}

// result is how it ended, in JSON.
type result struct {
	Host    spec.Host `json:"host"`
	SSH     string    `json:"ssh"`
	OK      bool      `json:"ok"`
	Changes []string  `json:"changes"`
	Error   string    `json:"error,omitempty"`
	Hint    string    `json:"hint,omitempty"`
}

// run does the work on all hosts. What one of them lacks does not keep the others from it.
func (r *remote) run(ctx context.Context, args []string, work func(context.Context, *job) (string, error)) error {
	if err := r.possible(); err != nil {
		return err
	}
	targets, err := r.targets(args)
	if err != nil {
		return err
	}
	if err := r.askPassword(ctx, len(targets)); err != nil {
		return err
	}
	fleet, closeFleet, err := connect.Open(ctx, r.Global, r.Streams, false)
	if err != nil {
		return err
	}
	defer closeFleet()
	r.live, r.names = fleet.(*connect.Live), map[spec.Host]string{}
	if r.accounts, err = accountsOf(ctx, r.live); err != nil {
		return err
	}
	errs := make([]error, len(targets))
	places := make(chan struct{}, max(1, r.most)) // a token for each host that is worked on
	var all sync.WaitGroup
	for i, t := range targets {
		all.Go(func() {
			places <- struct{}{}
			errs[i] = r.one(ctx, t, work)
			<-places
		})
	}
	all.Wait()
	return r.verdict(ctx, errs)
}

// possible says why nothing can be done on any host.
func (r *remote) possible() error {
	switch {
	case r.Demo || r.Local:
		return spec.Errorf(spec.Invalid, "--demo and --local have their hosts").WithHint("leave the flag out: this is about agents that an XMPP server connects you with")
	case r.most < 1:
		return spec.Errorf(spec.Invalid, "--parallel: %d hosts cannot be worked on at once", r.most).WithHint("1 or more")
	}
	return connect.Named(r.Global)
}

// targets are the hosts that are named.
func (r *remote) targets(args []string) ([]enrol.Target, error) {
	text := []byte(nil)
	var err error
	switch r.file {
	case "":
	case "-":
		text, err = io.ReadAll(io.LimitReader(r.In, 1<<20))
	default:
		text, err = spec.ReadText(r.file)
	}
	if err != nil {
		return nil, spec.Errorf(spec.Invalid, "cannot read the hosts: %v", err)
	}
	return enrol.ParseTargets(args, string(text))
}

// askPassword makes the login ready. One host may ask a person something; of several, who
// would ask at the same time, none may.
func (r *remote) askPassword(ctx context.Context, hosts int) error {
	in, isFile := r.In.(*os.File)
	r.login = enrol.SSH{Command: strings.Fields(r.ssh), Sudo: r.askSudo, Batch: hosts > 1 || !isFile || !term.IsTerminal(in.Fd())}
	if len(r.login.Command) == 0 {
		return spec.Errorf(spec.Invalid, "--ssh has no command")
	}
	if !r.askSudo {
		return nil
	}
	p := output.NewPrompter(r.In, r.Err)
	if p.AtTerminal() {
		p.Say("password for sudo: ")
	}
	text, err := p.Secret(ctx)
	if errors.Is(err, io.EOF) || err == nil && text == "" {
		err = spec.Errorf(spec.Invalid, "no password for sudo was given").WithHint("type it, or give it as a line of standard input")
	}
	r.login.Password = value.Secret(text)
	return err
}

// one does the work on a host, and says how it ended.
func (r *remote) one(ctx context.Context, t enrol.Target, work func(context.Context, *job) (string, error)) error {
	j := &job{Target: t, changed: []string{}}
	end, err := r.at(ctx, j, work)
	if err != nil && ctx.Err() != nil {
		err = spec.Errorf(spec.Canceled, "this was interrupted").WithHint("say it again: it goes on with what is left")
	}
	res := result{Host: j.Name, SSH: j.SSH, OK: err == nil, Changes: j.changed}
	if err != nil {
		res.Error, res.Hint = err.Error(), spec.HintOf(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.format.JSON():
		_ = output.WriteJSON(r.Out, res) // an output that is gone is no reason to stop
	case err != nil:
		output.Printf(r.Out, "%s  FAILED: %s\n", j.label(), res.Error)
		if res.Hint != "" {
			output.Printf(r.Out, "      hint: %s\n", res.Hint)
		}
	default:
		output.Printf(r.Out, "%s  %s\n", j.label(), end)
	}
	return err
}

func (r *remote) at(ctx context.Context, j *job, work func(context.Context, *job) (string, error)) (string, error) {
	var err error
	if r.offline {
		if err := r.name(j); err != nil {
			return "", err
		}
		return work(ctx, j)
	}
	if j.Shell, err = r.login.Open(ctx, j.Target); err != nil {
		return "", err
	}
	defer j.Shell.Close()
	if j.facts, err = enrol.Look(ctx, j.Shell); err != nil {
		return "", err
	}
	if err := r.name(j); err != nil {
		return "", err
	}
	return work(ctx, j)
}

// name gives a host the name that it calls itself, if it has none. No two may have it.
func (r *remote) name(j *job) error {
	if j.Name == "" {
		j.Name = spec.Host(strings.ToLower(j.facts.Hostname))
	}
	if err := j.Name.Check(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.names[j.Name]; other != "" {
		return spec.Errorf(spec.Invalid, "%s is called %s, too", other, j.Name).WithHint("give it another name: NAME=%s", j.SSH)
	}
	r.names[j.Name] = j.SSH
	return nil
}

// make makes changes, and says each before it is made; with --dry-run it says them only.
func (r *remote) make(ctx context.Context, j *job, all []enrol.Change) error {
	for _, c := range all {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !r.format.JSON() {
			r.say(j, c.What)
		}
		j.changed = append(j.changed, c.What)
		if r.dryRun {
			continue
		}
		if err := c.Do(ctx, j.Shell); err != nil {
			return err
		}
	}
	return nil
}

func (r *remote) say(j *job, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	output.Printf(r.Out, "%s  %s\n", j.label(), text)
}

// would says that nothing was done.
func (r *remote) would(j *job) string {
	if len(j.changed) == 0 {
		return "is as it shall be"
	}
	return "is as it was: " + spec.Count(len(j.changed), "change", "changes") + " would be made (--dry-run)"
}

// find is what the fleet knows of an account.
func (r *remote) find(jid session.JID) spec.HostStatus {
	for _, h := range r.live.Hosts() {
		if h.Account == string(jid) {
			return h
		}
	}
	return spec.HostStatus{}
}

// label is how a person knows a host.
func (j *job) label() string {
	if j.Name == "" {
		return j.SSH
	}
	return string(j.Name)
}

// verdict is how all of it ended.
func (r *remote) verdict(ctx context.Context, errs []error) error {
	failed, unreachable := 0, false
	for _, err := range errs {
		if err != nil {
			failed++
			unreachable = unreachable || spec.KindOf(err) == spec.Unavailable
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case failed == 0:
		return nil
	}
	if len(errs) > 1 {
		output.Printf(r.Err, "%d of %d hosts failed; to say this again changes nothing on the others\n", failed, len(errs))
	}
	if unreachable {
		return output.Exit(output.ExitUnreachable, nil)
	}
	return output.Exit(output.ExitFailed, nil)
}
