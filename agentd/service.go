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
	Clock      func() time.Time // nil is time.Now
	Pace       time.Duration    // pause after each step's start and each line and progress of it, for simulated hosts
	Logger     *slog.Logger     // nil discards
}

// Service is the agent of one host. Runs and their events are kept as long as it
// lives.
type Service struct {
	info    spec.Info
	clock   func() time.Time
	pace    time.Duration
	log     *slog.Logger
	engines []*lifecycle.Engine
	tree    *query.Node

	stop    context.CancelFunc
	stopped chan struct{} // closed when the worker has ended
	wake    chan struct{} // of size 1: a token means that the queue has grown

	mu     sync.Mutex
	closed bool
	runs   map[spec.RunID]*run
	queue  []*run // waiting, oldest first
	busy   *run
}

var _ spec.Agent = (*Service)(nil)

// New makes a service and starts its worker. The error is that of the first
// lifecycle that cannot be applied.
func New(c Config) (*Service, error) {
	s := &Service{
		info: c.Info, clock: c.Clock, pace: c.Pace, log: c.Logger,
		tree:    query.NewRoot(),
		stopped: make(chan struct{}),
		wake:    make(chan struct{}, 1),
		runs:    map[spec.RunID]*run{},
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
		if _, err := s.engine(l.Name); err == nil {
			return nil, &spec.Error{Kind: spec.Invalid, At: l.Source, Msg: "there are two lifecycles " + l.Name}
		}
		e, err := lifecycle.New(l, lifecycle.Deps{Store: c.Store, Me: s.info, Clock: s.clock, Logger: s.log})
		if err != nil {
			return nil, err
		}
		s.engines = append(s.engines, e)
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

func (s *Service) engine(name string) (*lifecycle.Engine, error) {
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
