package agent

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/find"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
	"github.com/armonic/armonic/upgrade"
)

// Fleet is `armonic agent`.
func Fleet(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "agent",
		Short: "Look after the agents of the fleet",
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newUpgrade(g, s), newKey(s))
	return c
}

// keyFlag adds the flag for the operator's key.
func keyFlag(c *cobra.Command, file *string) {
	c.Flags().StringVar(file, "key", upgrade.UsualKey(), "`FILE` with the key that signs upgrades")
	c.Flags().Lookup("key").DefValue = filepath.Join("~", ".config", "armonic", "upgrade.key")
}

func newKey(s output.Streams) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "key",
		Short: "Print the key that agents know your upgrades by, and make it if there is none",
		Long: `Print what agents know your upgrades by, for upgrade_keys in their agent.yaml. If there is no key,
one is made. Who has the file can have any program run on the hosts whose agents name it.`,
		Example: "  armonic agent key",
	}
	keyFlag(c, &file)
	c.RunE = func(*cobra.Command, []string) error {
		key, err := upgrade.ReadKey(file)
		if spec.KindOf(err) == spec.NotFound {
			if key, err = upgrade.MakeKey(file); err == nil {
				output.Printf(s.Err, "made %s\n", file)
			}
		}
		if err != nil {
			return err
		}
		output.Printf(s.Out, "%s\n", key.Public())
		return nil
	}
	return c
}

// upgrading is `armonic agent upgrade`.
type upgrading struct {
	find.Base
	program, key string
	serial       int

	file  transfer.File
	order spec.UpgradeOrder
}

func newUpgrade(g *settings.Global, s output.Streams) *cobra.Command {
	u := &upgrading{}
	c := &cobra.Command{
		Use:   "upgrade",
		Short: "Have agents run this version of Armonic, or that of another program",
		Long: `Hand the program over to agents, which run it in place of their own. A run that is executed is finished
first; then the agent is started anew, and is to answer within a minute, or the old program is back.
What was handed over before a connection broke is not sent again. Agents take only what is signed
with a key of upgrade_keys in their settings: armonic agent key.`,
		Example: `  armonic agent upgrade -J web1
  armonic agent upgrade -J '*' --serial 5
  armonic agent upgrade -J 'arm*' --program ./armonic-arm64`,
	}
	u.Setup(c, g, s, query.Location, func(ctx context.Context, _ spec.Pattern) error { return u.do(ctx) })
	c.Flags().StringVar(&u.program, "program", "", "`FILE` of the program, for hosts of another kind (default this program)")
	c.Flags().IntVar(&u.serial, "serial", 0, "upgrade `N` hosts at a time, and no more once one has failed; 0 is all at once")
	keyFlag(c, &u.key)
	run := c.RunE
	c.RunE = func(c *cobra.Command, args []string) error {
		switch {
		case g.Demo || g.Local:
			return spec.Errorf(spec.Invalid, "the agents of --demo and --local are this program").WithHint("leave the flag out")
		case !c.Flags().Changed("on"):
			return spec.Errorf(spec.Invalid, "which agents?").WithHint("-J web1, or -J '*' for all")
		case u.serial < 0:
			return spec.Errorf(spec.Invalid, "--serial %d is no number of hosts", u.serial)
		}
		if err := connect.Named(g); err != nil {
			return err
		}
		if err := u.prepare(); err != nil {
			return err
		}
		return run(c, args)
	}
	return c
}

// upgraded is what became of a host.
type upgraded struct {
	find.Outcome
	Was     string  `json:"was,omitempty"`
	Version string  `json:"version,omitempty"`
	Changed bool    `json:"changed"`
	Seconds float64 `json:"seconds"`
}

func (u *upgrading) do(ctx context.Context) error {
	live, ok := u.Fleet.(*connect.Live)
	if !ok {
		return spec.Errorf(spec.Invalid, "this fleet has no agents that can be upgraded")
	}
	hosts := u.Finder.Hosts()
	step := u.serial
	if step == 0 {
		step = max(1, len(hosts))
	}
	var all []upgraded
	failed := false
	for at := 0; at < len(hosts) && !failed; at += step {
		batch := hosts[at:min(at+step, len(hosts))]
		results := make([]upgraded, len(batch))
		deploy.InParallel(len(batch), func(i int) error {
			results[i] = u.host(ctx, live, batch[i])
			u.show(results[i])
			return results[i].Err
		})
		for _, r := range results {
			failed = failed || r.Err != nil
		}
		all = append(all, results...)
	}
	if u.JSON() {
		if err := output.WriteJSON(u.Out, all); err != nil {
			return err
		}
	}
	if left := len(hosts) - len(all); failed && left > 0 {
		output.Printf(u.Err, "%s not begun\n", spec.Count(left, "host was", "hosts were"))
	}
	outcomes := make([]find.Outcome, len(all))
	for i, r := range all {
		outcomes[i] = r.Outcome
	}
	return find.Exit(outcomes, "upgraded")
}

// prepare reads, packs and signs the program.
func (u *upgrading) prepare() error {
	key, err := upgrade.ReadKey(u.key)
	if err != nil {
		return err
	}
	if u.program == "" {
		if u.program, err = os.Executable(); err != nil {
			return err
		}
	}
	program, err := spec.ReadBinary(u.program)
	if err != nil {
		return spec.Errorf(spec.Invalid, "cannot read the program: %v", err).WithHint("--program names one that was built for the hosts")
	}
	u.file = transfer.Pack(program)
	u.order = key.Order(u.file.Digest, u.file.Size, time.Now())
	return nil
}

func (u *upgrading) show(r upgraded) {
	out := u.Out
	if u.JSON() || r.Err != nil {
		out = u.Err
	}
	switch {
	case r.Err != nil:
		r.Show(out)
	case u.JSON():
	case !r.Changed:
		output.Printf(out, "%s: runs this program already (%s)\n", r.Host, r.Version)
	default:
		output.Printf(out, "%s: from %s to %s in %.0f s\n", r.Host, r.Was, r.Version, r.Seconds)
	}
}

// host upgrades one.
func (u *upgrading) host(ctx context.Context, live *connect.Live, h spec.HostStatus) upgraded {
	begin := time.Now()
	r := upgraded{Outcome: find.Outcome{Host: h.Host}, Was: h.Version}
	if h.Link != spec.LinkOn {
		r.Failed(spec.Errorf(spec.Unavailable, "%s is %s", h.Host, h.Link))
	} else if a, err := live.Upgrader(h.Host); err != nil {
		r.Failed(err)
	} else {
		var err error
		r.Version, r.Changed, err = u.agent(ctx, h.Host, a)
		r.Failed(err)
	}
	r.Seconds = time.Since(begin).Seconds()
	return r
}

// agent hands the program over, and waits until it runs and is confirmed.
func (u *upgrading) agent(ctx context.Context, h spec.Host, a spec.Upgrader) (version string, changed bool, err error) {
	digest, question := u.file.Digest, u.file.Question()
	var s spec.UpgradeState
	err = u.file.HandOver(func(p spec.Piece) (_ int, enough bool, err error) {
		s, err = transfer.Insist(ctx, func() (spec.UpgradeState, error) { return a.StageUpgrade(ctx, p) })
		return s.Have, s.Program == digest || s.Waiting, err
	})
	if err != nil {
		return "", false, err
	}
	if s.Program == digest && !s.Pending {
		return s.Version, false, nil
	}
	if s.Program != digest {
		if s, err = transfer.Insist(ctx, func() (spec.UpgradeState, error) { return a.Upgrade(ctx, u.order) }); err != nil {
			return "", false, err
		}
	}
	told := false
	for s.Program != digest {
		if s.Failed != "" {
			return "", false, spec.Errorf(spec.Failed, "the old program is back: %s", s.Failed).
				WithHint("on %s: journalctl -u %s, and -u armonic-agentd", h, upgrade.Unit)
		}
		if s.Waiting && !told {
			told = true
			output.Printf(u.Err, "%s: has the program; it is started when no run is executed\n", h)
		}
		select {
		case <-time.After(transfer.Again):
		case <-ctx.Done():
			return "", false, ctx.Err()
		}
		if s, err = transfer.Insist(ctx, func() (spec.UpgradeState, error) { return a.StageUpgrade(ctx, question) }); err != nil {
			return "", false, err
		}
	}
	if s.Pending {
		s, err = transfer.Insist(ctx, func() (spec.UpgradeState, error) { return a.ConfirmUpgrade(ctx, digest) })
	}
	return s.Version, true, err
}
