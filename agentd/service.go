package agentd

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// Config is what a service is made of.
type Config struct {
	Info       spec.Info // the host; Busy and Queue are filled by the service
	Lifecycles []*lifecycle.Lifecycle
	Store      lifecycle.Store
	Stories    Stories          // remembers runs; nil forgets them when the process ends
	Clock      func() time.Time // nil is time.Now
	Pace       time.Duration    // pause after each step's start and each line and progress of it, for simulated hosts
	Logger     *slog.Logger     // nil discards
}

// Service is the agent of one host. The last spec.MaxRuns runs are known to it, the
// last spec.MaxStories of those that have ended with all their events.
type Service struct {
	info    spec.Info
	clock   func() time.Time
	pace    time.Duration
	log     *slog.Logger
	engines []*lifecycle.Engine
	lost    []lost
	tree    *query.Node
	stories Stories

	stop    context.CancelFunc
	stopped chan struct{} // closed when the worker has ended
	wake    chan struct{} // of size 1: a token means that the queue has grown

	mu     sync.Mutex
	closed bool
	runs   map[spec.RunID]*run
	ended  []*run // oldest first
	queue  []*run // waiting, oldest first
	busy   *run
}

var _ spec.Agent = (*Service)(nil)

// New makes a service and starts its worker. The error is that of the first
// lifecycle that cannot be applied, or of the stories that cannot be read. A run that
// had begun when the agent stopped has ended, interrupted.
func New(c Config) (*Service, error) {
	s := &Service{
		info: c.Info, clock: c.Clock, pace: c.Pace, log: c.Logger,
		tree:    query.NewRoot(),
		stopped: make(chan struct{}),
		wake:    make(chan struct{}, 1),
		runs:    map[spec.RunID]*run{},
		stories: c.Stories,
	}
	if s.stories == nil {
		s.stories = forgetful{}
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.info.Since.IsZero() {
		s.info.Since = s.clock()
	}
	for _, l := range c.Lifecycles {
		if _, err := s.engine(l.Name); spec.KindOf(err) != spec.NotFound {
			return nil, &spec.Error{Kind: spec.Invalid, At: l.Source, Msg: "there are two lifecycles " + l.Name}
		}
		if _, err := c.Store.Load(l.Name); err != nil {
			s.log.Error("cannot load a lifecycle", "lifecycle", l.Name, "error", err)
			s.lost = append(s.lost, lost{l, err})
			continue
		}
		e, err := lifecycle.New(l, lifecycle.Deps{Store: c.Store, Me: s.info, Clock: s.clock, Logger: s.log})
		if err != nil {
			return nil, err
		}
		s.engines = append(s.engines, e)
	}
	if err := s.restore(); err != nil {
		return nil, err
	}
	lifecycle.Tree(s.tree, s.info.Host, c.Lifecycles...)
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go s.work(ctx)
	return s, nil
}

// Close stops the run that is executed and ends those that wait, and returns when
// nothing runs any more. Afterwards runs can be followed, and none started.
func (s *Service) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	<-s.stopped
}

// lost is a lifecycle of which the store cannot tell what is applied. Nothing is done
// with it, and the others are not concerned.
type lost struct {
	def *lifecycle.Lifecycle
	err error
}

func (l lost) stack(h spec.Host, at time.Time) spec.Stack {
	out := spec.Stack{Path: spec.MakePath(h, l.def.Name), Doc: l.def.Doc, Fault: &spec.Fault{At: at, Err: spec.AsError(l.err)}}
	for _, s := range l.def.States {
		out.States = append(out.States, s.Name)
	}
	return out
}

func (s *Service) engine(name string) (*lifecycle.Engine, error) {
	for _, l := range s.lost {
		if l.def.Name == name {
			return nil, l.err
		}
	}
	names := make([]string, len(s.engines))
	for i, e := range s.engines {
		if names[i] = e.Name(); names[i] == name {
			return e, nil
		}
	}
	err := spec.Errorf(spec.NotFound, "there is no lifecycle %q on %s", name, s.info.Host)
	if len(names) > 0 {
		return nil, err.WithHint("it has %s", strings.Join(names, ", "))
	}
	return nil, err
}
