package module

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/trial"
)

func newCheck(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Check modules, without a test and without a host",
		Long: `Check the modules in DIR (by default here), a folder or one file: that they load, that
what they require exists, that their states can be reached. Then each lifecycle is tried on
simulated hosts of all systems it names, with invented values: every state is entered, and
entered again with the same and with other values, every provide called twice, all is left and
entered once more. It fails if a preview does not show what is done, if what is there is done
again, if undoing does not give back the first state and the host as it was, if the second
time differs from the first, or if a secret is said in clear. It runs in a process of its own,
which may use 1 GiB of memory, and names the file that needs more.`,
		Example: "  armonic module check\n  armonic module check /etc/armonic/modules -o json",
	}
	var form output.Format
	form.Register(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return inprocess.InChild(c, args, s, func(config modules.Config) error {
			b, err := openFolder(g, args, config)
			if err != nil {
				return err
			}
			r, err := b.check(c.Context(), config.Marker)
			if err != nil {
				return err
			}
			return b.report(s, r, form.JSON())
		}, func(e *spec.Error) error {
			r := emptyReport()
			r.Errors = append(r.Errors, e)
			return (&folder{set: &modules.Set{}}).report(s, r, form.JSON())
		})
	}
	return c
}

func emptyReport() *trial.Report {
	return &trial.Report{Lifecycles: []string{}, Systems: []string{}, Errors: []*spec.Error{}, Warnings: []*spec.Error{}}
}

// check tries what loads. The marker is told of the file of each lifecycle.
func (b *folder) check(ctx context.Context, m modules.Marker) (*trial.Report, error) {
	r := emptyReport()
	if errs := modules.Errors(b.err); len(errs) > 0 {
		r.Errors = errs
	} else {
		var names []string
		for _, l := range b.lifecycles() {
			names = append(names, l.Name)
		}
		tried, err := trial.Check(ctx, b.set, m, names)
		if err != nil {
			return nil, err
		}
		if names == nil {
			tried.Lifecycles, tried.Systems = r.Lifecycles, r.Systems
		}
		r = tried
	}
	for _, w := range b.set.Warnings {
		if b.isOwn(w.At) {
			r.Warnings = append(r.Warnings, w)
		}
	}
	return r, nil
}

func (b *folder) report(s output.Streams, r *trial.Report, asJSON bool) error {
	var err error
	if len(r.Errors) > 0 {
		err = output.Exit(output.ExitFailed, nil)
	}
	if asJSON {
		if e := output.WriteJSON(s.Out, struct {
			OK         bool      `json:"ok"`
			Lifecycles []string  `json:"lifecycles"`
			Systems    []string  `json:"systems"`
			Steps      int       `json:"steps"`
			Errors     []finding `json:"errors"`
			Warnings   []finding `json:"warnings"`
		}{err == nil, r.Lifecycles, r.Systems, r.Steps, findings(r.Errors), findings(r.Warnings)}); e != nil {
			return e
		}
		return err
	}
	for _, w := range r.Warnings {
		_, _ = io.WriteString(s.Out, "warning: "+b.set.Explain(w))
	}
	for _, e := range r.Errors {
		_, _ = io.WriteString(s.Out, "error: "+b.set.Explain(e))
	}
	switch {
	case err != nil:
		output.Printf(s.Out, "%s\n", spec.Count(len(r.Errors), "error", "errors"))
	case len(r.Lifecycles) == 0:
		output.Printf(s.Out, "there is no lifecycle in %s\n", b.own.Name)
	default:
		output.Printf(s.Out, "ok: %s, tried on %s, %s\n", strings.Join(r.Lifecycles, ", "), strings.Join(r.Systems, " and "), spec.Count(r.Steps, "step", "steps"))
	}
	return err
}
