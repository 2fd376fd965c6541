package spec

import (
	"context"
	"fmt"
	"time"
)

// OS is an operating system as lifecycles choose by it: "debian", "12". An empty
// name or the name "all" stands for any; an empty release for any release.
type OS struct {
	Name    string `json:"name"`
	Release string `json:"release,omitempty"`
}

// String writes "debian 12".
func (o OS) String() string {
	if o.Release == "" {
		return o.Name
	}
	return o.Name + " " + o.Release
}

// Info is what an agent says of its host.
type Info struct {
	Host      Host      `json:"host"`
	Address   string    `json:"address"` // public address or name, used in returned URLs
	OS        OS        `json:"os"`
	Version   string    `json:"version"` // of Armonic
	Load      float64   `json:"load"`    // one-minute load average, 0 if unknown
	Busy      RunID     `json:"busy,omitempty"`
	Queue     int       `json:"queue,omitempty"`     // runs waiting
	Simulated bool      `json:"simulated,omitempty"` // there is no such host: what is done is pretended
	Since     time.Time `json:"since,omitzero"`      // when the agent started
	Notes     []string  `json:"notes,omitempty"`     // what an operator should know: a module that does not load
	Observer  bool      `json:"observer,omitempty"`  // who asks may look, but start nothing

	Bundles []Bundle `json:"bundles,omitempty"` // modules that were handed over

	Supervised bool     `json:"supervised,omitempty"` // what who asks starts has to be approved by somebody else
	Approvers  []string `json:"approvers,omitempty"`  // then: who may do that, as the agent knows them

	Simulations []string `json:"simulations,omitempty"` // the lifecycles that only pretend, on a host that does not
}

// Change is one effect a step would have on the host.
type Change struct {
	What string `json:"what"`           // "package nginx", "/etc/nginx/nginx.conf"
	Diff string `json:"diff,omitempty"` // unified, where there is one
	Key  string `json:"key,omitempty"`  // of what is changed, see KindOfKey

	Forever string `json:"irreversible,omitempty"` // why it cannot be taken back, "" if it can
	Scripts bool   `json:"scripts,omitempty"`      // of a package: its own scripts run, or may, and what they change is not in the preview
}

// StepPreview is what one step would do. Unpredictable says that the step may do
// more than Changes lists, because the module runs things that cannot be foreseen.
type StepPreview struct {
	Step          Step     `json:"step"`
	Changes       []Change `json:"changes,omitempty"`
	Unpredictable bool     `json:"unpredictable,omitempty"`
	Why           string   `json:"why,omitempty"` // it is unpredictable
	Irreversible  bool     `json:"irreversible,omitempty"`
	Guarded       int      `json:"guarded,omitempty"` // it is taken back unless it is confirmed within so many seconds
	Module        string   `json:"module,omitempty"`  // a digest of the files that the lifecycle was loaded from
	Returns       any      `json:"returns,omitempty"` // of a call: what it would return, without secrets; nil if that is not known
}

// Doubt says why the step may change more than Changes lists, "" if it may not.
func (s StepPreview) Doubt() string {
	if s.Unpredictable && s.Why == "" {
		return "does things that cannot be foreseen"
	}
	return s.Why
}

// Scripts counts the packages whose own scripts may change more than Changes lists.
func (s StepPreview) Scripts() (n int) {
	for _, c := range s.Changes {
		if c.Scripts {
			n++
		}
	}
	return n
}

// ScriptsText says that scripts of packages may change more, "" if there are none.
func (s StepPreview) ScriptsText() string {
	n := s.Scripts()
	if n == 0 {
		return ""
	}
	return "scripts of " + Count(n, "package", "packages") + " may change more, such as accounts, units and files in /etc"
}

// GuardedText says that the step must be confirmed.
func (s StepPreview) GuardedText() string {
	return fmt.Sprintf("it is taken back unless somebody confirms within %d s that the host can still be reached", s.Guarded)
}

// Describer answers questions about a host and changes nothing. Errors are *Error
// of kind NotFound (no such lifecycle, state, provide), Invalid, Unavailable.
type Describer interface {
	// Info says what the host is.
	Info(ctx context.Context) (Info, error)
	// Describe lists every resource that matches, whether or not it can be used, in
	// the order of the tree. No match is an empty list.
	Describe(ctx context.Context, p Pattern) ([]Resource, error)
	// Provides lists the provides that match and can be called: their state is
	// applied or can be reached. No match is an empty list.
	Provides(ctx context.Context, p Pattern) ([]Provide, error)
	// Route says which states must be crossed to call a provide, and what each asks.
	Route(ctx context.Context, q RouteQuery) (Route, error)
	// Paths lists the paths to a state, of which Route takes one.
	Paths(ctx context.Context, q PathsQuery) (Paths, error)
	// Check validates inputs where the module lives. Deferred values are accepted.
	Check(ctx context.Context, w Work) ([]Problem, error)
	// Preview says what work would change, and then other work of the same host that is done
	// after it, one after the other: of each step in order. An agent that is older says it of
	// the first work only. Deferred values are accepted.
	Preview(ctx context.Context, w Work, then ...Work) ([]StepPreview, error)
	// Drift looks at what steps of a lifecycle changed, of all with "", and says what is not
	// as they left it. What commands changed cannot be looked at.
	Drift(ctx context.Context, lifecycle string) (Drift, error)
	// Stacks lists every lifecycle of the host with what is applied of it.
	Stacks(ctx context.Context) ([]Stack, error)
	// BriefStacks lists them with as much of their history as planning needs: Stack.Brief.
	BriefStacks(ctx context.Context) ([]Stack, error)
}

// Runner executes runs, one at a time, in the order in which they were started.
type Runner interface {
	// Start hands a run over and returns at once. Starting the same id again does
	// nothing; starting it with other content is Conflict. A run whose From is not
	// the host's stack when its turn comes ends with Conflict, and nothing is done.
	Start(ctx context.Context, r Run) error
	// Follow calls fn for each event of the run after sequence number `after`, those
	// of the past first, then live, and returns nil after RunDone. It returns fn's
	// error, ctx's error, or NotFound.
	Follow(ctx context.Context, id RunID, after int, fn func(Event) error) error
	// Stop asks a run to end: one that waits never begins, one that runs has its
	// context cancelled. Stopping what has ended does nothing.
	Stop(ctx context.Context, id RunID) error
	// Confirm says that the host can still be reached after a guarded step of a run, which
	// keeps what it changed, see EventGuarded. It is NotFound for a run that is not known,
	// Conflict if it does not wait for that: before, and when it was taken back.
	Confirm(ctx context.Context, id RunID) error
}

// Agent is the one contract between those who ask and those who do.
type Agent interface {
	Describer
	Runner
	Archive
	Approvals
}
