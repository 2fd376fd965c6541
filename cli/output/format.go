package output

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Format is what a command's flag -o says: plain, json, and of some quiet.
type Format struct {
	name    string
	choices []string
}

// Register adds the flag -o to a command, which besides plain and json knows more.
func (f *Format) Register(c *cobra.Command, more ...string) {
	f.name, f.choices = "plain", append([]string{"plain", "json"}, more...)
	c.Flags().VarP(f, "output", "o", "`FORMAT`: "+f.list())
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(f.choices, cobra.ShellCompDirectiveNoFileComp))
}

func (f *Format) list() string {
	last := len(f.choices) - 1
	return strings.Join(f.choices[:last], ", ") + " or " + f.choices[last]
}

// JSON reports whether the output is for programs.
func (f *Format) JSON() bool { return f.name == "json" }

// String is the chosen format.
func (f *Format) String() string { return f.name }

// Type is that of the flag's value.
func (f *Format) Type() string { return "string" }

// Set chooses a format.
func (f *Format) Set(name string) error {
	if !slices.Contains(f.choices, name) {
		return spec.Errorf(spec.Invalid, "there is no output format %q", name).WithHint("-o %s", f.list())
	}
	f.name = name
	return nil
}

// Printer shows a deployment in one of the output formats.
type Printer interface {
	Interactive() bool // may questions be asked in between
	// Plan shows the plan, with what hosts say that it would change; nil if they were not asked.
	Plan(s *deploy.Session, previews map[resolver.TaskID]deploy.TaskPreview)
	Start(id spec.DeploymentID)
	Update(u deploy.Update)
	Result(s *deploy.Snapshot)
	Failure(err error) error // says that there will be no deployment; returns err
}

// NewPrinter gives the printer of a format.
func NewPrinter(f Format, w io.Writer) Printer {
	switch f.name {
	case "json":
		return &jsonPrinter{out: w}
	case "quiet":
		return &quietPrinter{out: w}
	}
	return &Plain{out: w}
}

// quietPrinter writes what the root returned, "name=value" a line, and what failed.
type quietPrinter struct {
	out io.Writer
}

func (p *quietPrinter) Interactive() bool { return false }

func (p *quietPrinter) Plan(*deploy.Session, map[resolver.TaskID]deploy.TaskPreview) {}

func (p *quietPrinter) Start(spec.DeploymentID) {}

func (p *quietPrinter) Update(deploy.Update) {}

func (p *quietPrinter) Failure(err error) error { return err }

func (p *quietPrinter) Result(s *deploy.Snapshot) {
	for _, t := range s.Tasks {
		if t.Err != nil {
			Printf(p.out, "%s %s: %s\n", t.Status, t.Host, t.Err.Error())
		}
	}
	for _, r := range value.Rows(s.Result) {
		if r.Name != "" {
			Printf(p.out, "%s=", r.Name)
		}
		Printf(p.out, "%s\n", Value(r.Value))
	}
}
