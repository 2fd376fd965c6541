package agentd

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// logDelay is how long lines wait, so that those of a while are recorded at once.
const logDelay = 100 * time.Millisecond

// Config is what a service is made of.
type Config struct {
	Info       spec.Info            // the host; Busy, Queue and Load are filled by the service
	Load       func() float64       // tells the load of the host; nil says nothing of it
	Bundles    func() []spec.Bundle // modules that were handed over; nil has none
	Lifecycles []*lifecycle.Lifecycle
	Store      lifecycle.Store
	RunStore   RunStore         // remembers runs; nil forgets them when the process ends
	Archive    DeploymentStore  // keeps records of deployments; nil forgets them when the process ends
	Proposals  ProposalStore    // keeps what is to be approved; nil forgets it when the process ends
	Clock      func() time.Time // nil is time.Now
	Limit      time.Duration    // how long a step may take; 0 is for ever
	LogDelay   time.Duration    // how long lines of a step's log may wait to be recorded; 0 is 100 ms
	Pace       time.Duration    // pause after each step's start and each line and progress of it, for simulated hosts
	Reconnect  func()           // gives up the link to operators and makes a new one, to see whether that is still possible; nil has none
	Power      Power            // reboots the host; nil, for simulated hosts, only says so
	Begins     func()           // is called whenever a run begins; it must not wait. nil is not
	Commands   Commands         // that steps run; nil says nothing of them
	Keep       int              // bytes of events in memory, then lines are dropped, the oldest first; 0 is 24 MiB
	Logger     *slog.Logger     // nil discards
}

// Service is the agent of one host. It executes no run twice. What it knows of a run:
//
//   - every event of the one that is executed, and of those that ended lately, as far as
//     Config.Keep holds them: then the oldest lines go;
//   - of the last spec.MaxRunsWithEvents, each step and the last lines;
//   - of the last spec.MaxRuns, how they ended;
//   - of those before, a fingerprint of the id.
type Service struct {
	config Config // of which only Load may be nil

	stop      context.CancelFunc
	stopped   chan struct{} // closed when the worker has ended
	shutdown  chan struct{} // closed when nothing may begin any more
	wake      chan struct{} // of size 1: a token means that the queue has grown
	exclusive chan struct{} // of size 1: full while a run is executed or definitions are replaced

	mu        sync.Mutex
	notes     []string
	now       *catalogue
	joint     bool // what steps did and what is kept of runs is in one store
	closed    bool // and shutdown with it
	paused    bool // no run is taken for now
	runs      map[spec.RunID]*run
	earlier   map[spec.RunID]string // digests of the runs that ended in earlier processes: runStore has the rest
	kept      lifecycle.Kept
	forgotten []uint64     // fingerprints of runs before those
	ended     []spec.RunID // oldest first
	queue     []*run       // waiting, oldest first
	busy      *run
	rebooting []*run // of an earlier agent, of which only the reboot of the host is left
	guarding  *guard // the step that waits for being confirmed, nil if none does
	retention retention

	archive   archive
	approvals approvals
}

var _ spec.Agent = (*Service)(nil)

// New makes a service and starts its worker. A lifecycle whose stack does not fit its
// definition, or that nothing defines any more, is shown with that as its fault, and
// the others are not concerned. The error is that of a wrong definition, or of runs
// that cannot be read. A run that had begun when the agent stopped has ended,
// interrupted.
func New(c Config) (*Service, error) {
	c.RunStore = cmp.Or[RunStore](c.RunStore, noRunStore{})
	if c.Archive == nil {
		c.Archive = memoryArchive{}
	}
	if c.Proposals == nil {
		c.Proposals = memoryProposals{}
	}
	c.Commands = cmp.Or[Commands](c.Commands, noCommands{})
	c.LogDelay = cmp.Or(c.LogDelay, logDelay)
	if c.Begins == nil {
		c.Begins = func() {}
	}
	c.Logger = cmp.Or(c.Logger, slog.New(slog.DiscardHandler))
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Info.Since.IsZero() {
		c.Info.Since = c.Clock()
	}
	if c.Info.Simulated {
		c.Power = nil
	}
	s := &Service{
		config:    c,
		exclusive: make(chan struct{}, 1),
		stopped:   make(chan struct{}),
		shutdown:  make(chan struct{}),
		retention: retention{limit: cmp.Or(c.Keep, maxBytes)},
		wake:      make(chan struct{}, 1),
		runs:      map[spec.RunID]*run{},
		earlier:   map[spec.RunID]string{},
	}
	if both, ok := c.Store.(jointStore); ok {
		s.joint = RunStore(both) == c.RunStore
	}
	s.now = &catalogue{host: s.config.Info.Host}
	for _, l := range c.Lifecycles {
		err := s.open(s.now, l)
		if spec.KindOf(err) == spec.Conflict {
			s.addMismatched(s.now, l, err)
		} else if err != nil {
			return nil, err
		}
	}
	s.config.Lifecycles = nil // others may take their place
	if err := s.addUndeclared(s.now); err != nil {
		return nil, err
	}
	s.now.buildTree()
	if err := s.restore(); err != nil {
		return nil, err
	}
	s.openArchive()
	s.openApprovals()
	for _, text := range s.config.Commands.StillRunning() {
		s.config.Logger.Warn("a command of an earlier agent still runs", "command", text)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.stop = cancel
	go func() {
		s.takeBackGuarded(ctx)
		if s.rebootAgain(ctx) {
			close(s.stopped)
			return
		}
		s.work(ctx)
	}()
	return s, nil
}

// Kept is what functions of modules keep as long as the agent lives, such as a simulated
// host.
func (s *Service) Kept() *lifecycle.Kept { return &s.kept }
