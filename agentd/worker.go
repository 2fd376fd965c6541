package agentd

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// work executes runs in the order in which they were started, until the agent is stopped;
// then it ends those that wait.
func (s *Service) work(ctx context.Context) {
	defer close(s.stopped)
	for {
		if r, rctx := s.next(ctx); r != nil {
			if s.execute(rctx, r) {
				return // those that wait are handed over again when the host is back
			}
			continue
		}
		select {
		case <-s.wake:
		case <-s.shutdown:
			s.cancelQueued()
			return
		}
	}
}

// next takes the oldest run that waits and gives it its context. No run begins once
// the agent is being stopped.
func (s *Service) next(ctx context.Context) (*run, context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 || s.closed {
		return nil, nil
	}
	r := s.queue[0]
	s.queue = slices.Delete(s.queue, 0, 1)
	ctx, r.cancel = context.WithCancel(ctx)
	s.busy = r
	r.began = s.config.Clock()
	s.add(r, spec.Event{Kind: spec.EventStarted, Step: -1})
	s.config.Begins()
	return r, ctx
}

// cancelQueued ends the runs that wait.
func (s *Service) cancelQueued() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.queue {
		s.add(r, spec.Event{Kind: spec.EventRunDone, Step: -1, Err: s.notBegun("the run began")})
	}
	s.queue = nil
}

// execute does a run from its start to its last event. It reports whether the host reboots, and
// the last event comes when it is back.
func (s *Service) execute(ctx context.Context, r *run) (gone bool) {
	s.exclusive <- struct{}{}
	defer func() { <-s.exclusive }()
	e, err := s.engine(r.Lifecycle)
	var stack []string
	if err == nil {
		err = s.begin(r)
	}
	if err == nil {
		s.config.Logger.Info("run started", "run", r.ID, "lifecycle", r.Lifecycle, "by", r.By)
		err = s.steps(ctx, e, r)
		stack = e.Applied()
	}
	if err == nil {
		gone, err = s.reboot(ctx, e, r)
	}
	if gone {
		s.config.Logger.Info("the host reboots", "run", r.ID, "lifecycle", r.Lifecycle)
		return true
	}
	s.config.Logger.Info("run done", "run", r.ID, "lifecycle", r.Lifecycle, "error", err)
	s.mu.Lock()
	r.cancel()
	r.cancel = nil
	s.busy = nil
	s.mu.Unlock()
	s.end(r, spec.Event{Kind: spec.EventRunDone, Step: -1, Stack: stack, Err: spec.AsError(err)})
	return false
}

// steps does the steps of a run. Nothing is done unless the stack is the one that
// was planned on and all values of all steps are right.
func (s *Service) steps(ctx context.Context, e *lifecycle.Engine, r *run) error {
	if m := e.Definition().Digest; r.Module != "" && m != "" && r.Module != m {
		err := spec.Errorf(spec.Conflict, "the module of %s on %s was changed since this was planned", r.Lifecycle, s.config.Info.Host)
		err.Op = "start the run " + string(r.ID)
		return err.WithHint("nothing was done: plan again, or retry to do it with the module of now")
	}
	if now := e.Applied(); !slices.Equal(r.From, now) {
		err := spec.Errorf(spec.Conflict, "%s on %s has changed since this was planned", r.Lifecycle, s.config.Info.Host)
		err.Op = "start the run " + string(r.ID)
		return err.WithHint("planned on %s, now it is %s: plan again", stackText(r.From), stackText(now))
	}
	ready, err := e.Prepare(ctx, r.Work)
	if err != nil {
		return err
	}
	if err := s.asShown(ctx, e, r); err != nil {
		return err
	}
	made, left := madeBefore(r.Run, e.Stack(), ready), len(ready)
	if made != nil {
		left--
	}
	for i, step := range r.Steps[:left] {
		switch {
		case s.shuttingDown():
			return s.notBegun("it could " + step.Name())
		case ctx.Err() != nil:
			return spec.Errorf(spec.Canceled, "the run was stopped before it could %s", step.Name())
		}
		if err := s.step(ctx, e, r, i, ready[i], i == left-1); err != nil {
			return err
		}
	}
	if made != nil {
		s.emit(r, spec.Event{Kind: spec.EventStepStarted, Step: left, Text: r.Steps[left].Name()})
		s.emit(r, spec.Event{Kind: spec.EventLog, Step: left, Level: spec.LevelInfo, Text: "the run " + string(made.By) + " has called it already"})
		s.emit(r, spec.Event{Kind: spec.EventStepDone, Step: left, Returns: made.Returns, Stack: e.Applied()})
	}
	return nil
}

// asShown refuses a run that would do something else by now than its operator was shown.
func (s *Service) asShown(ctx context.Context, e *lifecycle.Engine, r *run) error {
	if len(r.Shown) == 0 {
		return nil
	}
	w := r.Work
	w.Steps = w.Steps[:min(len(r.Shown), len(w.Steps))]
	now, err := e.Preview(ctx, w)
	if err != nil {
		return err
	}
	why := spec.CheckShown(r.Shown[:len(w.Steps)], now)
	if why == "" {
		return nil
	}
	refused := spec.Errorf(spec.Conflict, "nothing was done, since it would do something else than was shown: %s", why)
	refused.Op = "start the run " + string(r.ID)
	return refused.WithHint("look at the plan again, or let it go on with --unpinned")
}

func (s *Service) step(ctx context.Context, e *lifecycle.Engine, r *run, i int, ready lifecycle.Prepared, last bool) error {
	step := r.Steps[i]
	say := func(ev spec.Event) {
		ev.Step = i
		s.emit(r, ev)
	}
	say(spec.Event{Kind: spec.EventStepStarted, Text: step.Name()})
	if text := e.Pretends(); i == 0 && text != "" {
		say(spec.Event{Kind: spec.EventLog, Level: spec.LevelWarn, Text: text})
	}
	s.pause(ctx)
	sink := lifecycle.Sink{
		Who:  r.By,
		Last: last,
		Log: func(level spec.Level, text string) {
			say(spec.Event{Kind: spec.EventLog, Level: level, Text: truncated(text)})
			s.pause(ctx)
		},
		Progress: func(done, total int) {
			say(spec.Event{Kind: spec.EventProgress, Done: done, Total: total})
			s.pause(ctx)
		},
	}
	if !s.config.Info.Simulated {
		sink.Guard = func(ctx context.Context, atMost time.Duration) error { return s.guard(ctx, r, i, atMost) }
	}
	if s.joint {
		sink.Ended = func(returns any, stack []string) spec.RunRecord { return s.recordEnd(e, r, i, returns, stack) }
	}
	returns, err := e.Execute(ctx, r.ID, ready, sink)
	if !s.sayRecorded(r, err) {
		ev := spec.Event{Kind: spec.EventStepDone, Returns: returns, Stack: e.Applied()}
		if err != nil {
			ev.Kind, ev.Err = spec.EventStepFailed, spec.AsError(err)
		}
		say(ev)
	}
	return err
}

// madeBefore finds the call that the last step would make, if another of the runs of which one
// makes it has done so; else it is nil. Two operators may have carried the same deployment out
// for a moment, and only here is it known what both did.
func madeBefore(r spec.Run, stack spec.Stack, ready []lifecycle.Prepared) *spec.Called {
	if r.Once == "" || len(ready) == 0 || ready[len(ready)-1].Step().Action != spec.Call {
		return nil
	}
	step := ready[len(ready)-1].Step()
	for _, c := range stack.StandingCalls() {
		if c.State == step.State && c.Provide == step.Provide && c.Err == nil && strings.HasPrefix(string(c.By), r.Once) &&
			value.Digest(c.Inputs) == value.Digest(step.Inputs) {
			return &c
		}
	}
	return nil
}

// pause lets people watch a simulated host; it is over at once when the run is
// stopped.
func (s *Service) pause(ctx context.Context) {
	if s.config.Pace <= 0 {
		return
	}
	t := time.NewTimer(s.config.Pace)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func stackText(stack []string) string {
	if len(stack) == 0 {
		return "nothing"
	}
	return strings.Join(stack, " > ")
}
