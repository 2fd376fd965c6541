package module

import (
	"context"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/bundle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
	"github.com/armonic/armonic/upgrade"
)

// pushing is what the commands have in common that say which version of a bundle hosts use.
type pushing struct {
	find.Base
	name, key string
	digest    func(b spec.Bundle) (string, error) // of the version that a host is to use, "" for none
	file      *transfer.File                      // that is handed over; nil where it is kept already
	done      string                              // "pushed"
}

// setup completes a command that changes what hosts use.
func (p *pushing) setup(c *cobra.Command, g *settings.Global, s output.Streams, prepare func(args []string) error) *cobra.Command {
	p.Setup(c, g, s, query.Location, func(ctx context.Context, _ spec.Pattern) error { return p.do(ctx) })
	c.ValidArgsFunction = nil // no pattern
	if c.Name() != "push" {   // that takes a folder
		c.ValidArgsFunction = connect.CompleteBundles(g)
	}
	c.Flags().StringVar(&p.key, "key", upgrade.UsualKey(), "`FILE` with the key that signs, if there is one")
	c.Flags().Lookup("key").DefValue = filepath.Join("~", ".config", "armonic", "upgrade.key")
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case g.Demo || g.Local:
			return spec.Errorf(spec.Invalid, "the agents of --demo and --local are handed no modules").WithHint("--module-dir loads those of a folder")
		case !c.Flags().Changed("on"):
			return spec.Errorf(spec.Invalid, "to which hosts?").WithHint("-J web1, or -J '*' for all")
		}
		if err := connect.Named(g); err != nil {
			return err
		}
		if err := prepare(args); err != nil {
			return err
		}
		return run(c, nil)
	}
	return c
}

func newPush(g *settings.Global, s output.Streams) *cobra.Command {
	p := &pushing{done: "given the modules"}
	c := &cobra.Command{
		Use:   "push DIR",
		Short: "Have hosts use the modules in a folder",
		Long: `Hand the modules in DIR over to agents, which load them when no run is executed. What lies below
files/ goes with them, tests do not. The folder's name names the bundle: pushed again, it is another
version of the same one, and the one before is kept for armonic module rollback. Modules that do not
load on a host are refused there, and nothing changes. You need the role push on the hosts.`,
		Example: `  armonic module push ./web-modules -J web1
  armonic module push ./web-modules -J '*'`,
		Args: cobra.ExactArgs(1),
	}
	p.setup(c, g, s, func(args []string) error {
		source, err := modules.Open(args[0])
		if err == nil && source.Only != "" {
			err = spec.Errorf(spec.Invalid, "%s is a file", args[0]).WithHint("name the folder that it is in: all modules there are pushed together")
		}
		if err != nil {
			return err
		}
		if p.name == "" {
			if p.name, err = nameOf(args[0]); err != nil {
				return err
			}
		}
		f, err := bundle.Read(source, p.name)
		p.file, p.digest = &f, func(spec.Bundle) (string, error) { return f.Digest, nil }
		return err
	})
	c.Flags().StringVar(&p.name, "name", "", "`NAME` of the bundle (default that of the folder)")
	return c
}

// nameOf is the name of a folder, wherever one stands.
func nameOf(dir string) (string, error) {
	full, err := filepath.Abs(dir)
	return filepath.Base(full), err
}

func newRollback(g *settings.Global, s output.Streams) *cobra.Command {
	p := &pushing{done: "given the modules of before"}
	var to string
	c := &cobra.Command{
		Use:   "rollback NAME",
		Short: "Have hosts use the version of modules that they used before",
		Long: `Have hosts use the version of a bundle of modules that they used before the one of now; said again,
it is the one of now again. Hosts keep five versions: armonic module list shows them.`,
		Example: "  armonic module rollback web-modules -J '*'\n  armonic module rollback web-modules -J web1 --to 3f2a",
		Args:    cobra.ExactArgs(1),
	}
	p.setup(c, g, s, func(args []string) error {
		p.name = args[0]
		p.digest = func(b spec.Bundle) (string, error) { return versionOf(b, to) }
		return bundle.CheckName(p.name)
	})
	c.Flags().StringVar(&to, "to", "", "the version that begins with `DIGEST` (default the one used before)")
	_ = c.RegisterFlagCompletionFunc("to", connect.CompleteVersions(g)) // the flag is there
	return c
}

// versionOf is the version of a bundle that begins with a text, or the one of before.
func versionOf(b spec.Bundle, begin string) (string, error) {
	if len(b.Versions) == 0 {
		return "", spec.Errorf(spec.NotFound, "no modules of this name were pushed to it").WithHint("armonic module list shows those that were")
	}
	if begin == "" {
		if before := b.Before(); before != "" {
			return before, nil
		}
		return "", spec.Errorf(spec.NotFound, "no version of before is kept")
	}
	found := ""
	for _, v := range b.Versions {
		if len(begin) <= len(v.Digest) && v.Digest[:len(begin)] == begin {
			if found != "" {
				return "", spec.Errorf(spec.Ambiguous, "several versions begin with %s", begin)
			}
			found = v.Digest
		}
	}
	if found == "" {
		return "", spec.Errorf(spec.NotFound, "no version that begins with %s is kept", begin).WithHint("armonic module list shows those that are")
	}
	return found, nil
}

func newRemove(g *settings.Global, s output.Streams) *cobra.Command {
	p := &pushing{done: "rid of the modules"}
	c := &cobra.Command{
		Use:   "remove NAME",
		Short: "Take modules away from hosts that were pushed to them",
		Long: `Take a bundle of modules away from hosts, with all its versions. What is applied of its lifecycles
stays, and is named: leave those states before.`,
		Example: "  armonic module remove web-modules -J web1",
		Args:    cobra.ExactArgs(1),
	}
	p.setup(c, g, s, func(args []string) error {
		p.name = args[0]
		p.digest = func(spec.Bundle) (string, error) { return "", nil }
		return bundle.CheckName(p.name)
	})
	return c
}

// pushed is what became of a host.
type pushed struct {
	find.Outcome
	Bundle  string   `json:"bundle"`
	Was     string   `json:"was,omitempty"`
	Version string   `json:"version,omitempty"`
	Changed bool     `json:"changed"`
	Notes   []string `json:"notes,omitempty"`
}

func (p *pushing) do(ctx context.Context) error {
	live, ok := p.Fleet.(*connect.Live)
	if !ok {
		return spec.Errorf(spec.Invalid, "this fleet has no agents that take modules")
	}
	order, err := p.signer()
	if err != nil {
		return err
	}
	hosts := p.Finder.Hosts()
	results, outcomes := make([]pushed, len(hosts)), make([]find.Outcome, len(hosts))
	deploy.InParallel(len(hosts), func(i int) error {
		r := &results[i]
		r.Host, r.Bundle = hosts[i].Host, p.name
		r.Failed(p.host(ctx, live, hosts[i], r, order))
		p.show(*r)
		outcomes[i] = r.Outcome
		return r.Err
	})
	if p.JSON() {
		if err := output.WriteJSON(p.Out, results); err != nil {
			return err
		}
	}
	return find.Exit(outcomes, p.done)
}

// signer makes orders, which are signed if there is a key.
func (p *pushing) signer() (func(digest string, size int) spec.BundleOrder, error) {
	key, err := upgrade.ReadKey(p.key)
	if spec.KindOf(err) == spec.NotFound {
		return func(digest string, size int) spec.BundleOrder {
			return spec.BundleOrder{Name: p.name, Digest: digest, Size: size, By: settings.Operator(), Until: time.Now().Add(time.Hour)}
		}, nil
	}
	return func(digest string, size int) spec.BundleOrder {
		o := key.Modules(p.name, digest, size, time.Now())
		o.By = settings.Operator()
		return o
	}, err
}

// loadTime is how long modules take to be loaded where no run is executed, and more.
const loadTime = 2 * time.Second

// host has one use the version.
func (p *pushing) host(ctx context.Context, live *connect.Live, h spec.HostStatus, r *pushed, order func(digest string, size int) spec.BundleOrder) error {
	if h.Link != spec.LinkOn {
		return spec.Errorf(spec.Unavailable, "%s is %s", h.Host, h.Link)
	}
	agent, err := live.Agent(h.Host)
	if err != nil {
		return err
	}
	keeper, err := live.ModuleKeeper(h.Host)
	if err != nil {
		return err
	}
	now, err := bundleOf(ctx, agent, p.name)
	if err != nil {
		return err
	}
	r.Was = now.Used
	if r.Version, err = p.digest(now); err != nil {
		return err
	}
	if r.Version == r.Was {
		return nil
	}
	r.Changed = true
	size := 0
	if p.file != nil {
		if size, err = p.file.Size, p.handOver(ctx, keeper); err != nil {
			return err
		}
	}
	o := order(r.Version, size)
	s, err := transfer.Insist(ctx, func() (spec.BundleState, error) { return keeper.UseModules(ctx, o) })
	for begin, told := time.Now(), false; err == nil && s.Waiting; {
		select {
		case <-time.After(transfer.Again):
		case <-ctx.Done():
			return ctx.Err()
		}
		question := spec.Piece{Digest: transfer.NoDigest}
		if s, err = transfer.Insist(ctx, func() (spec.BundleState, error) { return keeper.StageModules(ctx, question) }); err == nil && s.Waiting && !told && time.Since(begin) > loadTime {
			told = true
			output.Printf(p.Err, "%s: has the modules; they are loaded when no run is executed\n", h.Host)
		}
	}
	r.Notes = s.Notes
	if i, err := agent.Info(ctx); err == nil {
		live.NoteBundles(h.Host, i.Bundles)
	}
	return err
}

// handOver sends what an agent does not keep already.
func (p *pushing) handOver(ctx context.Context, keeper spec.ModuleKeeper) error {
	return p.file.HandOver(func(piece spec.Piece) (int, bool, error) {
		s, err := transfer.Insist(ctx, func() (spec.BundleState, error) { return keeper.StageModules(ctx, piece) })
		return s.Have, s.Kept, err
	})
}

func bundleOf(ctx context.Context, a spec.Agent, name string) (spec.Bundle, error) {
	i, err := a.Info(ctx)
	for _, b := range i.Bundles {
		if b.Name == name {
			return b, err
		}
	}
	return spec.Bundle{Name: name}, err
}

func (p *pushing) show(r pushed) {
	switch {
	case r.Err != nil:
		r.Show(p.Err)
	case p.JSON():
	case !r.Changed && r.Version == "":
		output.Printf(p.Out, "%s: has no %s\n", r.Host, p.name)
	case !r.Changed:
		output.Printf(p.Out, "%s: has this version of %s already (%s)\n", r.Host, p.name, spec.ShortDigest(r.Version))
	case r.Version == "":
		output.Printf(p.Out, "%s: %s is removed\n", r.Host, p.name)
	case r.Was == "":
		output.Printf(p.Out, "%s: has %s (%s)\n", r.Host, p.name, spec.ShortDigest(r.Version))
	default:
		output.Printf(p.Out, "%s: %s from %s to %s\n", r.Host, p.name, spec.ShortDigest(r.Was), spec.ShortDigest(r.Version))
	}
	if r.Err == nil && !p.JSON() {
		for _, note := range r.Notes {
			output.Printf(p.Out, "%s: %s\n", r.Host, note)
		}
	}
}
