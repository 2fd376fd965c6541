package module

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// Command makes the command with its own below it.
func Command(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "module",
		Short: "Write, check, test, read and push modules",
		Long: `Write, check, test and read modules: lifecycles in Starlark, the small Python for
configuration. docs/modules.md begins at the beginning. Only push, rollback and remove touch hosts.`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newNew(s), newCheck(g, s), newTest(g, s), newDoc(g, s), newFmt(s), newStubs(g, s),
		newPush(g, s), newList(g, s), newRollback(g, s), newRemove(g, s))
	return c
}

// finding is an error or a warning in JSON.
type finding struct {
	At      string `json:"at"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

func findings(es []*spec.Error) []finding {
	out := make([]finding, len(es))
	for i, e := range es {
		msg := e.Msg
		if e.Op != "" {
			msg = "cannot " + e.Op + ": " + msg
		}
		out[i] = finding{e.At, msg, e.Hint}
	}
	return out
}

// folder is the modules in a folder, with those they may need.
type folder struct {
	own     modules.Source
	sources []modules.Source // own is the last
	set     *modules.Set
	err     error // what is wrong with the set
}

// openFolder loads the modules in args[0] or here, besides the shipped ones and
// --module-dir.
func openFolder(g *settings.Global, args []string, c modules.Config) (*folder, error) {
	dir := "."
	if len(args) > 0 {
		dir = args[0]
	}
	b := &folder{}
	var err error
	if b.own, err = modules.Open(dir); err != nil {
		return nil, err
	}
	if !g.NoDefaultModules {
		b.sources = append(b.sources, modules.Defaults()...)
	}
	for _, name := range g.ModuleDirs {
		if sameDir(name, dir) {
			continue
		}
		src, err := modules.Open(name)
		if err != nil {
			return nil, err
		}
		b.sources = append(b.sources, src)
	}
	b.sources = append(b.sources, b.own)
	b.set, b.err = c.Load(b.sources...)
	return b, nil
}

func sameDir(a, b string) bool {
	x, err := filepath.Abs(a)
	y, also := filepath.Abs(b)
	return err == nil && also == nil && x == y
}

// isOwn reports whether a place, "file:line:column", is in the folder.
func (b *folder) isOwn(at string) bool {
	file, _, _ := strings.Cut(at, ".star")
	if b.own.Only != "" {
		return file+".star" == path.Join(b.own.Name, b.own.Only)
	}
	return b.own.Name == "." && !slices.ContainsFunc(b.sources[:len(b.sources)-1], func(s modules.Source) bool {
		return strings.HasPrefix(at, s.Name+"/")
	}) || strings.HasPrefix(at, b.own.Name+"/")
}

// lifecycles are those that the folder declares.
func (b *folder) lifecycles() []*lifecycle.Lifecycle {
	return slices.DeleteFunc(slices.Clone(b.set.Lifecycles), func(l *lifecycle.Lifecycle) bool { return !b.isOwn(l.Source) })
}
