package module

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/testbench"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/trial"
)

func newTest(g *settings.Global, s output.Streams) *cobra.Command {
	var pick string
	c := &cobra.Command{
		Use:   "test [DIR]",
		Short: "Run the tests of modules, on simulated hosts",
		Long: `Run the functions named test_* in the files *_test.star in DIR (by default here), each on
simulated hosts of its own. docs/modules.md says what tests can use.`,
		Example: "  armonic module test\n  armonic module test . --run starts -o json",
	}
	c.Flags().StringVar(&pick, "run", "", "run only tests whose names contain `TEXT`")
	var form output.Format
	form.Register(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		return inprocess.InChild(c, args, s, func(config modules.Config) error {
			b, err := openFolder(g, args, config)
			if err != nil {
				return err
			}
			if b.err != nil {
				return b.reportTests(s, nil, modules.Errors(b.err), form.JSON())
			}
			open := func() (testbench.Bench, error) { return trial.NewBench(b.set.Lifecycles) }
			done, set, err := testbench.Run(c.Context(), config, pick, open, b.sources...)
			if c.Context().Err() != nil {
				return c.Context().Err()
			}
			b.set = set
			return b.reportTests(s, done, modules.Errors(err), form.JSON())
		}, func(e *spec.Error) error {
			return (&folder{set: &modules.Set{}}).reportTests(s, nil, []*spec.Error{e}, form.JSON())
		})
	}
	return c
}

type testJSON struct {
	File    string   `json:"file"`
	Name    string   `json:"name"`
	OK      bool     `json:"ok"`
	Seconds float64  `json:"seconds"`
	Error   *finding `json:"error,omitempty"`
}

// reportTests says how tests ended, or why none was run.
func (b *folder) reportTests(s output.Streams, done []testbench.Outcome, errs []*spec.Error, asJSON bool) error {
	failed := 0
	tests := []testJSON{}
	for _, o := range done {
		t := testJSON{File: o.File, Name: o.Name, OK: o.Err == nil, Seconds: o.Took.Seconds()}
		if o.Err != nil {
			failed++
			t.Error = &findings([]*spec.Error{o.Err})[0]
		}
		tests = append(tests, t)
	}
	var err error
	if failed+len(errs) > 0 {
		err = output.Exit(output.ExitFailed, nil)
	}
	if asJSON {
		if e := output.WriteJSON(s.Out, struct {
			OK     bool       `json:"ok"`
			Passed int        `json:"passed"`
			Failed int        `json:"failed"`
			Tests  []testJSON `json:"tests"`
			Errors []finding  `json:"errors"`
		}{err == nil, len(done) - failed, failed, tests, findings(errs)}); e != nil {
			return e
		}
		return err
	}
	for _, e := range errs {
		_, _ = io.WriteString(s.Out, "error: "+b.set.Explain(e))
	}
	for _, o := range done {
		verdict := "ok  "
		if o.Err != nil {
			verdict = "FAIL"
		}
		output.Printf(s.Out, "%s  %s  %s\n", verdict, o.File, o.Name)
		if o.Err == nil {
			continue
		}
		for _, line := range o.Said {
			output.Printf(s.Out, "  said: %s\n", line)
		}
		_, _ = io.WriteString(s.Out, b.set.Explain(o.Err))
	}
	switch {
	case len(errs) > 0:
		output.Printf(s.Out, "%s, no test was run\n", spec.Count(len(errs), "error", "errors"))
	case len(done) == 0:
		output.Printf(s.Out, "there is no test in %s\n", b.own.Name)
	default:
		output.Printf(s.Out, "%d passed, %d failed\n", len(done)-failed, failed)
	}
	return err
}
