package output

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/resolver"
	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
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

// PlainFormat is the format of lines for a person.
func PlainFormat() Format { return Format{name: "plain"} }

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

// Planned is a plan to be shown.
type Planned struct {
	Title    string // of what; "" is "Plan for" the pattern
	Pattern  spec.Pattern
	Plan     *resolver.Plan
	Node     func(resolver.NodeID) *resolver.Node   // nil if the tree is not known
	Previews map[resolver.TaskID]deploy.TaskPreview // what hosts say that it would change; nil if they were not asked

	// Usual says how long a step of a task usually takes, 0 if that is not known; nil if it is
	// of none. Takes is how long all of it does, 0 likewise.
	Usual func(t *resolver.Task, step int) time.Duration
	Takes time.Duration
}

func (p Planned) title() string {
	if p.Title != "" {
		return p.Title
	}
	return "Plan for " + string(p.Pattern)
}

// usual is how long a step usually takes, 0 if that is not known or no time to speak of.
func (p Planned) usual(t *resolver.Task, step int) time.Duration {
	if p.Usual == nil {
		return 0
	}
	return p.Usual(t, step).Round(time.Second)
}

// Printer shows a deployment in one of the output formats.
type Printer interface {
	Interactive() bool // may questions be asked in between
	Plan(p Planned)
	Start(id spec.DeploymentID)
	Update(u rollout.Update)
	Result(s *rollout.Snapshot)
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
	return NewPlain(w, "")
}

// quietPrinter writes what the root returned, "name=value" a line, and what failed.
type quietPrinter struct {
	out io.Writer
}

func (p *quietPrinter) Interactive() bool { return false }

func (p *quietPrinter) Plan(Planned) {}

func (p *quietPrinter) Start(spec.DeploymentID) {}

func (p *quietPrinter) Update(rollout.Update) {}

func (p *quietPrinter) Failure(err error) error { return err }

func (p *quietPrinter) Result(s *rollout.Snapshot) {
	for _, t := range s.Tasks {
		if t.Err != nil {
			Printf(p.out, "%s %s: %s\n", t.Status, t.Host, t.Err.Error())
		}
	}
	for _, r := range resultRows(s.Result) {
		if r.Name != "" {
			Printf(p.out, "%s=", r.Name)
		}
		Printf(p.out, "%s\n", Value(r.Value))
	}
}
