package deploy

import (
	"context"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/armonic/armonic/spec"
)

// Fleet is where the agents are.
type Fleet interface {
	// Name is what the fleet is called: "demo", "local", a domain.
	Name() string
	// Hosts lists all hosts by name.
	Hosts() []spec.HostStatus
	// Agent gives the agent of a host; the error is spec.NotFound or spec.Unavailable.
	Agent(h spec.Host) (spec.Agent, error)
}

// HostView is a host as its agent describes it now.
type HostView struct {
	spec.HostStatus
	Info   spec.Info
	Stacks []spec.Stack // with a brief history, but those of SurveyRuns
	Err    *spec.Error  // why Info and Stacks could not be read
}

// Survey reads all hosts, in parallel, and lists them by name.
func Survey(ctx context.Context, f Fleet) []HostView {
	hosts := f.Hosts()
	out := make([]HostView, len(hosts))
	each(len(hosts), func(i int) { out[i] = view(ctx, f, hosts[i], spec.Agent.BriefStacks) })
	return out
}

// SurveyHost reads one host.
func SurveyHost(ctx context.Context, f Fleet, h spec.Host) HostView {
	return surveyHost(ctx, f, h, spec.Agent.BriefStacks)
}

// SurveyRuns reads one host with all of its history: who has to know what single runs did
// finds each of them there.
func SurveyRuns(ctx context.Context, f Fleet, h spec.Host) HostView {
	return surveyHost(ctx, f, h, spec.Agent.Stacks)
}

type stacksOf func(spec.Agent, context.Context) ([]spec.Stack, error)

func surveyHost(ctx context.Context, f Fleet, h spec.Host, stacks stacksOf) HostView {
	for _, s := range f.Hosts() {
		if s.Host == h {
			return view(ctx, f, s, stacks)
		}
	}
	return HostView{HostStatus: spec.HostStatus{Host: h, Link: spec.LinkOff, Why: "unknown"},
		Err: spec.Errorf(spec.NotFound, "there is no host %q", string(h))}
}

func view(ctx context.Context, f Fleet, s spec.HostStatus, stacks stacksOf) HostView {
	v := HostView{HostStatus: s}
	v.Err = spec.AsError(AskHost(ctx, f, s.Host, func(ctx context.Context, a spec.Agent) (err error) {
		if v.Info, err = a.Info(ctx); err == nil {
			v.Stacks, err = stacks(a, ctx)
		}
		return err
	}))
	return v
}

// Observed are those of some hosts on which the agents let us look, but start nothing.
// Hosts that do not answer are not among them.
func Observed(ctx context.Context, f Fleet, hosts []spec.Host) []spec.Host {
	observed := make([]bool, len(hosts))
	each(len(hosts), func(i int) {
		_ = AskHost(ctx, f, hosts[i], func(ctx context.Context, a spec.Agent) error {
			info, err := a.Info(ctx)
			observed[i] = err == nil && info.Observer
			return err
		})
	})
	var out []spec.Host
	for i, h := range hosts {
		if observed[i] {
			out = append(out, h)
		}
	}
	return out
}

// ObserverError says on which hosts nothing may be started; nil if there is none.
func ObserverError(hosts []spec.Host) error {
	if len(hosts) == 0 {
		return nil
	}
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = string(h)
	}
	return spec.Errorf(spec.Denied, "you may look at %s, but start nothing there", strings.Join(names, ", ")).
		WithHint("the agent's setting masters gives your account the role observe; --dry-run shows what would be done")
}

// How long one host may keep those waiting who ask all.
const (
	answerTime  = 15 * time.Second
	previewTime = 75 * time.Second // it looks into packages, which it may have to fetch; agents give up after a minute
)

// AskHost asks the agent of a host something, and does not wait for ever: the error is
// spec.Timeout after 15 seconds.
func AskHost(ctx context.Context, f Fleet, h spec.Host, fn func(context.Context, spec.Agent) error) error {
	return askHost(ctx, f, h, answerTime, fn)
}

// AskLong is AskHost for what makes a host look at itself, as a preview does.
func AskLong(ctx context.Context, f Fleet, h spec.Host, fn func(context.Context, spec.Agent) error) error {
	return askHost(ctx, f, h, previewTime, fn)
}

func askHost(ctx context.Context, f Fleet, h spec.Host, most time.Duration, fn func(context.Context, spec.Agent) error) error {
	a, err := f.Agent(h)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	err = fn(limited, a)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return spec.Errorf(spec.Timeout, "%s did not answer within %s", h, most).
			WithHint("its agent may be hung, or its link broken")
	}
	return err
}

// atOnce bounds how many agents are asked at the same time.
const atOnce = 64

// InParallel calls fn for 0 to n-1, many at once, and gives what each returned. An error
// of one does not stop the others.
func InParallel(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i := range n {
		g.Go(func() error {
			errs[i] = fn(i)
			return nil
		})
	}
	_ = g.Wait() // none fails
	return errs
}

// each is InParallel of what does not fail.
func each(n int, fn func(i int)) {
	InParallel(n, func(i int) error { fn(i); return nil })
}

// Connected is a Fleet that is reached through one connection, which may break. A fleet without
// one, of agents in this process, does not implement it.
type Connected interface {
	Connection() spec.Connection
	// RetryNow tries to connect at once rather than at spec.Connection.Next. It does not wait for the
	// outcome.
	RetryNow()
}

// Roomed is a Fleet whose agents say in chat rooms what they do, a room for each deployment.
type Roomed interface {
	// Room is the address of a deployment's room, "" if it has none.
	Room(d spec.DeploymentID) string
}

// Messenger is a Fleet through which people can be written to.
type Messenger interface {
	// Message writes to an account. It does not wait, and nobody says whether it arrives.
	Message(account, text string)
}

// ParseHosts reads "web1, web2"; "" is no host at all.
func ParseHosts(text string) []spec.Host {
	out := []spec.Host{}
	for f := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' }) {
		out = append(out, spec.Host(f))
	}
	return out
}
