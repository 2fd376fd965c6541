package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

func newModuleDoc(g *globals, s Streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "doc NAME",
		Short: "Print the reference of a lifecycle, with its state machine",
		Long: `Print the reference of the lifecycle NAME in Markdown: its state machine drawn as text,
what each state asks and offers, and where it is declared. It is looked for among the shipped
modules and in --module-dir.`,
		Example: "  armonic module doc WebServer\n  armonic module doc Blog --module-dir . -o json",
		Args:    oneArg("NAME"),
		ValidArgsFunction: func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
			var out []string
			if set, err := loadSet(g); err == nil {
				for _, l := range set.Lifecycles {
					if strings.HasPrefix(l.Name, begun) {
						out = append(out, l.Name)
					}
				}
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
	}
	json := formats(c)
	c.RunE = func(_ *cobra.Command, args []string) error {
		asJSON, err := json()
		if err != nil {
			return err
		}
		set, err := loadSet(g)
		if err != nil {
			return err
		}
		l, ok := set.Find(args[0])
		if !ok {
			var names []string
			for _, l := range set.Lifecycles {
				names = append(names, l.Name)
			}
			return spec.Errorf(spec.NotFound, "there is no lifecycle %q", args[0]).WithHint("there are %s", strings.Join(names, ", "))
		}
		d := describeLifecycle(l)
		if asJSON {
			return writeJSON(s.Out, d)
		}
		d.markdown(s.Out)
		return nil
	}
	return c
}

// lifecycleDoc is the reference of a lifecycle.
type lifecycleDoc struct {
	Name    string     `json:"name"`
	Doc     string     `json:"doc"`
	Source  string     `json:"source"`
	States  []stateDoc `json:"states"`
	machine machine
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
		machine: machineOf(spec.Resource{Path: stack.Path, Attrs: attrs(tree)}, stack, states)}
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

func (d lifecycleDoc) markdown(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("# %s\n\n", d.Name)
	if d.Doc != "" {
		p("%s\n\n", d.Doc)
	}
	p("Declared at %s.\n\n```text\n", d.Source)
	d.machine.text(w)
	p("```\n")
	for _, s := range d.States {
		p("\n## %s\n", s.Name)
		if s.Doc != "" {
			p("\n%s\n", s.Doc)
		}
		if len(s.OS) > 0 {
			p("\nOn %s only.\n", strings.Join(s.OS, ", "))
		}
		requires(w, "Entering it asks:", s.Requires)
		for _, o := range s.Provides {
			p("\n### %s\n", o.Path.Provide())
			for _, text := range []string{o.Label, o.Help} {
				if text != "" {
					p("\n%s\n", text)
				}
			}
			p("\nCalled as `//%s//%s`", d.Name, o.Path.Provide())
			if len(o.Tags) > 0 {
				p(", tagged %s", strings.Join(o.Tags, ", "))
			}
			p(".\n")
			requires(w, "It asks:", o.Requires)
			if len(o.Returns) > 0 {
				p("\nIt gives:\n\n| name | type | meaning |\n|---|---|---|\n")
				for _, v := range o.Returns {
					p("| `%s` | %s | %s |\n", v.Name, v.Type, cell(v.Label, v.Help))
				}
			}
		}
	}
}

// requires lists what is asked, and of whom.
func requires(w io.Writer, title string, rs []spec.Require) {
	if len(rs) == 0 {
		return
	}
	_, _ = fmt.Fprintf(w, "\n%s\n\n| require | variable | type | default | meaning |\n|---|---|---|---|---|\n", title)
	for _, r := range rs {
		name := r.Name
		if n := r.Nargs.String(); n != "1" {
			name += " (" + n + ")"
		}
		if r.Remote() {
			where := "on the same host"
			if r.Kind == spec.External {
				where = "on another host"
			}
			_, _ = fmt.Fprintf(w, "| `%s` | | | | `%s` %s. %s |\n", name, r.Pattern, where, cell(r.Label, r.Help))
		}
		for _, v := range slices.Concat(r.Vars, r.Args) {
			standard := ""
			if v.Default != nil && !v.Hidden() {
				standard = fmt.Sprintf("`%v`", v.Default)
			}
			_, _ = fmt.Fprintf(w, "| `%s` | `%s` | %s | %s | %s |\n", name, v.Name, v.Type, standard, cell(v.Label, v.Help))
		}
	}
}

func cell(parts ...string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" })
	return strings.ReplaceAll(strings.ReplaceAll(strings.Join(parts, ". "), "\n", " "), "|", `\|`)
}
