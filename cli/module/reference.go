package module

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/lookup"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/reload"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newDoc(g *settings.Global, s output.Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "doc NAME",
		Short: "Print the reference of a lifecycle, with its state machine",
		Long: `Print the reference of the lifecycle NAME in Markdown: its state machine drawn as text,
what each state asks and offers, and where it is declared. It is looked for among the shipped
modules, in --module-dir, and in the working directory.`,
		Example: "  armonic module doc WebServer\n  armonic module doc Blog -o json",
		ValidArgsFunction: func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			set, err := documented(g)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			names := set.Names()
			return slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, begun) }), cobra.ShellCompDirectiveNoFileComp
		},
	}
	var form output.Format
	form.Register(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		set, err := documented(g)
		if err != nil {
			return err
		}
		l, ok := set.Find(args[0])
		if !ok {
			return spec.Errorf(spec.NotFound, "there is no lifecycle %q", args[0]).WithHint("there are %s", strings.Join(set.Names(), ", "))
		}
		d := describeLifecycle(l)
		if form.JSON() {
			return output.WriteJSON(s.Out, d)
		}
		d.markdown(s.Out)
		return nil
	}
	return c
}

// documented are the modules that can be described: if the working directory has some,
// those too.
func documented(g *settings.Global) (*modules.Set, error) {
	if here, _ := filepath.Glob("*.star"); len(here) == 0 {
		return inprocess.LoadSet(g)
	}
	f, err := openFolder(g, nil, modules.Config{})
	if err != nil {
		return nil, err
	}
	if errs := modules.Errors(f.err); len(errs) > 0 {
		return nil, inprocess.Broken(reload.Result{Set: f.set, Errors: errs})
	}
	return f.set, nil
}

// lifecycleDoc is the reference of a lifecycle.
type lifecycleDoc struct {
	Name    string     `json:"name"`
	Doc     string     `json:"doc"`
	Source  string     `json:"source"`
	States  []stateDoc `json:"states"`
	machine lookup.Machine
}

type stateDoc struct {
	Name     string         `json:"name"`
	Doc      string         `json:"doc,omitempty"`
	OS       []string       `json:"os,omitempty"`
	To       []string       `json:"to"`
	Requires []spec.Require `json:"requires,omitempty"`
	Provides []spec.Provide `json:"provides,omitempty"`
}

func describeLifecycle(l *lifecycle.Lifecycle) lifecycleDoc {
	root := query.NewRoot()
	tree := lifecycle.Tree(root, "host", l).Children()[0]
	attrs := func(n *query.Node) map[string]string {
		out := map[string]string{}
		for _, a := range n.Attrs() {
			out[a.Name] = a.Value
		}
		return out
	}
	var states []spec.Resource
	for _, n := range tree.Children() {
		states = append(states, spec.Resource{Path: n.Path(), Attrs: attrs(n)})
	}
	stack := spec.Stack{Path: spec.Path("/" + l.Name)}
	d := lifecycleDoc{Name: l.Name, Doc: l.Doc, Source: l.Source,
		machine: lookup.NewMachine(spec.Resource{Path: stack.Path, Attrs: attrs(tree)}, stack, states)}
	for i := range d.machine.Transitions { // on any system
		d.machine.Transitions[i].Usable = true
	}
	for i := range d.machine.States {
		d.machine.States[i].Reachable = true
	}
	add := func(name string, s *lifecycle.State) {
		out := stateDoc{Name: name, Doc: s.Doc, Requires: s.Requires, To: []string{}}
		for _, m := range s.OS {
			out.OS = append(out.OS, m.String())
		}
		for _, t := range d.machine.Transitions {
			if t.From == name {
				out.To = append(out.To, t.To)
			}
		}
		for _, p := range s.Provides {
			described := p.Provide
			described.Path = spec.MakePath("", l.Name, name, p.Name)
			out.Provides = append(out.Provides, described)
		}
		d.States = append(d.States, out)
	}
	for _, s := range l.States {
		for _, i := range s.Implementations {
			add(s.Name+"."+i.Name, i)
		}
		add(s.Name, s)
	}
	return d
}
