package cli

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Commands lists all commands, "armonic state", with the names of their own flags;
// "armonic" has those of every command.
func Commands() map[string][]string {
	out := map[string][]string{}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		out[c.CommandPath()] = []string{}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				out[c.CommandPath()] = append(out[c.CommandPath()], f.Name)
			}
		})
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}))
	return out
}

// Parse says whether a command line names a command and flags that there are.
func Parse(args []string) error {
	root := newRoot(Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard})
	c, rest, err := root.Find(args)
	if err != nil {
		return err
	}
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	return c.ValidateArgs(c.Flags().Args())
}

// ExitCodes are all that the program ends with.
func ExitCodes() []int {
	return []int{exitOK, exitFailed, exitUsage, exitAnswers, exitUnreachable, exitInterrupted}
}

// States lists states as the low-level commands do, with the code they would end with.
func States(ctx context.Context, f deploy.Fleet, warn io.Writer, p spec.Pattern) ([]spec.Path, int, error) {
	find := &finder{Fleet: f, warn: warn}
	found, err := find.ofKind(ctx, p, query.State)
	if err == nil {
		err = find.complete()
	}
	return pathsOf(found), codeOf(err), err
}

// ReadOSRelease reads the text of /etc/os-release.
func ReadOSRelease(text string) spec.OS { return readOSRelease(text) }

// StateDir is where the operator's state is kept.
func StateDir() string { return stateDir() }

// Reloading gives a demo fleet whose modules are in dir, and a function that looks at
// their files once, as keepLoaded does from time to time.
func Reloading(dir string) (fleet deploy.Fleet, look, closeFleet func(), err error) {
	g := &globals{demo: true, moduleDirs: []string{dir}}
	loader, set, err := load(g)
	if err != nil {
		return nil, nil, nil, err
	}
	f, err := newDemo(set.Lifecycles, 0, spec.OS{Name: "debian"})
	if err != nil {
		return nil, nil, nil, err
	}
	look = func() { reload(context.Background(), loader.Poll(), slices.Collect(maps.Values(f.agents))) }
	return f, look, f.Close, nil
}
