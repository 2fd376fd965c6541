package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/docs"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// topic is a section of the manual that is about no command.
type topic struct{ name, section, about string }

func topics() []topic {
	return []topic{
		{"patterns", "Patterns", "how resources are named"},
		{"values", "Values", "how values are written"},
		{"groups", "Groups", "hosts that belong together"},
		{"nodes", "Nodes", "what a deployment consists of, and how parts of it are named"},
		{"flags", "Flags of every command", "what --demo, --local and the others mean, and settings"},
		{"output", "What is printed", "how what agents say is printed"},
		{"simulations", "What only pretends", "what only pretends, and how that is shown"},
		{"exit-codes", "Exit codes", "what commands end with, and errors with -o json"},
	}
}

// helpWidth is how wide a help page is.
const helpWidth = 80

// addHelp gives all commands their help pages, and the program `armonic help`.
func addHelp(root *cobra.Command, s output.Streams) {
	root.SetUsageTemplate(usage(root))
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [COMMAND or TOPIC]",
		Short: "Help about a command, or a topic",
		ValidArgsFunction: func(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
			var out []string
			for _, name := range helpNames(root, args) {
				if strings.HasPrefix(name, begun) {
					out = append(out, name)
				}
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error { return help(root, s, args) },
	})
}

// helpNames are what help can be about below some words.
func helpNames(root *cobra.Command, above []string) (out []string) {
	c, rest, err := root.Find(above)
	if err != nil || len(rest) > 0 {
		return nil
	}
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() {
			out = append(out, sub.Name())
		}
	}
	if c == root {
		for _, t := range topics() {
			out = append(out, t.name)
		}
	}
	return out
}

func help(root *cobra.Command, s output.Streams, args []string) error {
	if len(args) == 1 {
		for _, t := range topics() {
			if t.name == args[0] {
				_, err := io.WriteString(s.Out, plainText(section(docs.CLI, t.section))+"\n")
				return err
			}
		}
	}
	c, rest, err := root.Find(args)
	if err == nil && len(rest) == 0 {
		c.InitDefaultHelpFlag()
		return c.Help()
	}
	wrong := spec.Errorf(spec.Invalid, "there is no help about %q", strings.Join(args, " "))
	above := args[:len(args)-1]
	if name := query.Nearest(args[len(args)-1], helpNames(root, above)); name != "" {
		return wrong.WithHint("did you mean %s?", strings.Join(append([]string{"armonic help"}, append(above, name)...), " "))
	}
	return wrong.WithHint("armonic help lists commands and topics")
}

// usage is the template of a command's page: its own flags first, and those of every command by
// name only, but for the page of the program.
func usage(root *cobra.Command) string {
	var global []string
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) { global = append(global, "--"+f.Name) })
	var list strings.Builder
	for _, t := range topics() {
		list.WriteString("\n  " + t.name + strings.Repeat(" ", 13-len(t.name)) + " " + t.about)
	}
	text := strings.Replace(root.UsageTemplate(), "Global Flags:\n{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}",
		"Flags of every command (armonic help flags):\n"+wrap(strings.Join(global, " "), 2, helpWidth), 1)
	return strings.Replace(text, `Use "{{.CommandPath}} [command] --help" for more information about a command.{{end}}`,
		`Use "{{.CommandPath}} [command] --help" for more information about a command.{{end}}{{if not .HasParent}}`+
			"\n\nTopics (armonic help TOPIC):"+list.String()+"{{end}}", 1)
}
