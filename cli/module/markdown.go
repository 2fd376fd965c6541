package module

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

func (d lifecycleDoc) markdown(w io.Writer) {
	p := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	p("# %s\n\n", d.Name)
	if d.Doc != "" {
		p("%s\n\n", d.Doc)
	}
	p("Declared in `%s`.\n\n```text\n", modules.FileOf(d.Source))
	d.machine.Text(w)
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
	output.Printf(w, "\n%s\n\n| require | variable | type | default | meaning |\n|---|---|---|---|---|\n", title)
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
			output.Printf(w, "| `%s` | | | | `%s` %s. %s |\n", name, r.Pattern, where, cell(r.Label, r.Help))
		}
		for _, v := range slices.Concat(r.Vars, r.Args) {
			standard := ""
			if v.Default != nil && !v.Hidden() {
				standard = fmt.Sprintf("`%v`", v.Default)
			}
			output.Printf(w, "| `%s` | `%s` | %s | %s | %s |\n", name, v.Name, v.Type, standard, cell(v.Label, v.Help))
		}
	}
}

func cell(parts ...string) string {
	parts = slices.DeleteFunc(slices.Clone(parts), func(s string) bool { return s == "" })
	return strings.ReplaceAll(strings.ReplaceAll(strings.Join(parts, ". "), "\n", " "), "|", `\|`)
}
