package module

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/cli/settings"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/modules/testbench"
)

func newStubs(g *settings.Global, s output.Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "stubs [DIR]",
		Short: "Print or write what editors need to know of modules",
		Long: `Print a stub file, armonic.pyi, from which editors that know Python complete and describe
what modules can use. With DIR, the folder of some modules, write it there, with one more for
each lifecycle: NAME.pyi has the types of ctx, in which ctx.req is what is declared. A function
names its own in its docstring, as in ":type ctx: Wiki.Configured".`,
		Example: "  armonic module stubs > armonic.pyi\n  armonic module stubs .",
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				_, err := io.WriteString(s.Out, stubs())
				return err
			}
			b, err := openFolder(g, args, modules.Config{})
			if err != nil {
				return err
			}
			files, err := b.stubsOf(args[0])
			for _, f := range files {
				output.Printf(s.Out, "%s\n", f)
			}
			return err
		},
	}
}

// stubs is a file that tells editors what modules can use, in the form of Python's
// stubs (.pyi), written from the same declarations.
func stubs() string {
	var b strings.Builder
	b.WriteString("# What Armonic adds to Starlark. Written by \"armonic module stubs\"; do not edit.\n\n" +
		"from typing import Any, Callable\n\n" +
		"class Lifecycle: ...\nclass State: ...\nclass Provide: ...\nclass Require: ...\nclass Rolling: ...\nclass Var: ...\n\n")
	for _, s := range modules.Signatures() {
		stub(&b, s, s.Name, "")
	}
	for _, t := range typeDocs() {
		if name, _, isCall := strings.Cut(t.name, "("); !isCall && name != "str" && name != "int" && name != "float" && name != "bool" {
			fmt.Fprintf(&b, "%s: Any\n\"\"\"%s\"\"\"\n", name, t.doc)
		}
	}
	classes := []struct{ name, of, fields string }{
		{"Secret", "secret", ""}, {"Flags", "flags", ""},
		{"Result", "", "    code: int\n    stdout: str\n    stderr: str\n    skipped: bool\n"},
		{"Interface", "", "    name: str\n    addresses: list[str]\n    mac: str\n"}, {"Disk", "", "    name: str\n    size: int\n"},
		{"Facts", "", "    cpus: int\n    memory: int\n    interfaces: list[Interface]\n    disks: list[Disk]\n" +
			"    fqdn: str\n    virtualization: str\n    kernel: str\n    architecture: str\n"},
		{"Os", "", "    name: str\n    release: str\n"},
		{"Me", "", "    name: str\n    address: str\n    os: Os\n"},
		{"Host", "ctx.host", ""},
		{"Ctx", "ctx", "    req: Any\n    me: Me\n    host: Host\n"},
		{"Deployed", "", "    returns: Any\n    steps: list[str]\n    logs: list[str]\n"},
	}
	for _, c := range classes {
		fmt.Fprintf(&b, "\nclass %s:\n%s", c.name, c.fields)
		for _, s := range actions.Signatures() {
			if i := strings.LastIndexByte(s.Name, '.'); c.of != "" && s.Name[:i] == c.of {
				stub(&b, s, s.Name[i+1:], "    ")
			}
		}
	}
	b.WriteString("\n# In *_test.star only:\n\n")
	for _, s := range testbench.Signatures() {
		stub(&b, s, s.Name, "")
	}
	return b.String()
}

var ours = regexp.MustCompile(`\b(lifecycle|state|provide|require|rolling|var|ctx|flags|secret|result|facts|deployed|type)\b`)

// stubType gives the name of a type as the stubs have it.
func stubType(t string) string {
	return ours.ReplaceAllStringFunc(t, func(w string) string {
		if w == "type" {
			return "Any"
		}
		return strings.ToUpper(w[:1]) + w[1:]
	})
}

func stub(b *strings.Builder, s *interp.Signature, name, indent string) {
	var parts []string
	if indent != "" {
		parts = append(parts, "self")
	}
	star := func() {
		if s.Rest.Name != "" {
			parts = append(parts, "*"+s.Rest.Name+": "+stubType(s.Rest.Type))
		} else if s.Positional < len(s.Params) {
			parts = append(parts, "*")
		}
	}
	for i, p := range s.Params {
		if i == s.Positional {
			star()
		}
		switch {
		case i < s.Required:
			parts = append(parts, p.Name+": "+stubType(p.Type))
		case p.Default == "" || p.Default[0] == '[' || p.Default[0] == '{':
			parts = append(parts, p.Name+": "+stubType(p.Type)+" | None = None")
		default:
			parts = append(parts, p.Name+": "+stubType(p.Type)+" = "+p.Default)
		}
	}
	if s.Positional == len(s.Params) {
		star()
	}
	fmt.Fprintf(b, "%sdef %s(%s) -> %s:\n%s    \"\"\"%s", indent, name, strings.Join(parts, ", "), stubType(s.Returns), indent, s.Doc)
	if len(s.Params) > 0 {
		fmt.Fprintf(b, "\n\n%s    Args:\n", indent)
		for _, p := range s.Params {
			fmt.Fprintf(b, "%s        %s: %s\n", indent, p.Name, p.Doc)
		}
		b.WriteString(indent + "    ")
	}
	b.WriteString("\"\"\"\n")
}

// typeDoc is a type of variable, for the reference.
type typeDoc struct{ name, doc string }

// typeDocs lists all types.
func typeDocs() []typeDoc {
	return []typeDoc{
		{"str", "a text"},
		{"int", "a whole number"},
		{"float", "a number"},
		{"bool", "True or False; people may write yes and no"},
		{"list_of(T)", "a list of values of another type"},
		{"port", "a whole number from 1 to 65535, on which something can listen"},
		{"host", "a host name or an IP address"},
		{"hostname", "a name as in www.example.org"},
		{"url", "as in http://host:80/"},
		{"path", "of a file or directory, as in /srv/www: it begins with / and has no //, . or .. in it"},
		{"password", "a secret of at least 6 characters"},
		{"this_host", "the host it is asked for; Armonic gives it"},
		{"hosts", "the hosts of all instances of a require that is met several times; Armonic gives it"},
		{"first_instance", "whether this is the first of them; Armonic gives it"},
	}
}
