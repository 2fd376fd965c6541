package xmpp_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/session"
)

// entry is a line of the diary that a client keeps: a run that it is about to start, an
// event that it was told, or the stack with which it was done.
type entry struct {
	Plan  *spec.Run   `json:"plan,omitempty"`
	Event *spec.Event `json:"event,omitempty"`
	Stack []string    `json:"stack,omitempty"`
}

func diaryFile(dir string) string { return filepath.Join(dir, "diary") }

// readDiary reads it. A line that was being written when the client was killed is none,
// and is taken out.
func readDiary(dir string) ([]entry, error) {
	text, err := os.ReadFile(diaryFile(dir))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []entry
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			return out, os.Truncate(diaryFile(dir), int64(len(text)-len(line)))
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return nil, fmt.Errorf("%w: %s", err, line)
		}
		out = append(out, e)
	}
	return out, nil
}

// operator is a client that wants all states to be applied. Whatever happens to it, it
// goes on with what its diary says.
type operator struct {
	party
	agent  spec.Agent
	random *rand.Rand

	plans int
	plan  *spec.Run // that is not known to have ended
	last  int       // number of the last event of it
}

// client is an operator until all is applied.
func (p party) client(ctx context.Context) error {
	c := &operator{party: p, random: rand.New(rand.NewPCG(p.Seed, uint64(time.Now().UnixNano())))}
	diary, err := readDiary(p.Dir)
	if err != nil {
		return err
	}
	for _, e := range diary {
		if e.Plan != nil {
			c.plans, c.plan, c.last = c.plans+1, e.Plan, 0
		}
		if e.Event != nil {
			if c.last = e.Event.Seq; e.Event.Kind == spec.EventRunDone {
				c.plan = nil
			}
		}
	}
	is := func(jid session.JID) bool { return jid == p.Peer }
	m := xmpp.NewClient(xmpp.ClientConfig{Open: p.account("").Open, Approve: is, Vouched: is})
	defer m.Close()
	c.agent = m.AgentOf(p.Peer)
	for {
		if c.plan == nil {
			if done, err := c.planNext(ctx); err != nil || done {
				return err
			}
		}
		if err := c.carryOut(ctx); err != nil {
			return err
		}
	}
}

func (c *operator) note(e entry) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return appendLine(diaryFile(c.Dir), string(text))
}

// planNext plans the next run from what is applied now, unless all is.
func (c *operator) planNext(ctx context.Context) (done bool, err error) {
	var stack []string
	for stack == nil {
		stacks, err := c.agent.Stacks(ctx)
		switch {
		case err == nil:
			stack = stacks[0].Names()
		case spec.KindOf(err) != spec.Unavailable: // questions do not wait for ever
			return false, err
		}
	}
	if len(stack) > workStates {
		return true, c.note(entry{Stack: stack})
	}
	c.plans++
	id := spec.RunID(fmt.Sprint("r", c.plans))
	c.plan, c.last = &spec.Run{ID: id, Work: spec.Work{Lifecycle: "Work", From: stack}}, 0
	for i := len(stack); i <= min(len(stack)+workStates/2-1, workStates); i++ {
		c.plan.Steps = append(c.plan.Steps, spec.Step{Action: spec.Enter, State: state(i), Inputs: spec.Inputs{"by": {{"run": string(id)}}}})
	}
	return false, c.note(entry{Plan: c.plan})
}

// carryOut starts the run, more often than it need, and follows it to its end, also
// before it has been started.
func (c *operator) carryOut(ctx context.Context) error {
	run := *c.plan
	var wg sync.WaitGroup
	var errs [2]error
	if c.random.IntN(2) == 0 {
		wg.Go(func() { errs[0] = c.start(ctx, run) })
	}
	if c.random.IntN(3) > 0 {
		errs[1] = c.start(ctx, run)
	}
	err := errs[1]
	for err == nil {
		err = c.agent.Follow(ctx, run.ID, c.last, c.told)
		if err == nil {
			break
		}
		if spec.KindOf(err) == spec.NotFound {
			// Either it has not arrived yet, or the agent was killed before it began.
			err = c.start(ctx, run)
		}
	}
	wg.Wait()
	if err == nil && c.plan != nil {
		err = fmt.Errorf("%s ended after event %d, and did not say so", run.ID, c.last)
	}
	if err == nil && c.random.IntN(2) == 0 {
		err = c.start(ctx, run) // it is late, and means nothing any more
	}
	return cmp.Or(err, errs[0])
}

// start starts a run as often as it takes: for an agent that this process has not seen
// yet, nobody waits for long.
func (c *operator) start(ctx context.Context, run spec.Run) error {
	for {
		if err := c.agent.Start(ctx, run); err == nil || spec.KindOf(err) != spec.Unavailable || ctx.Err() != nil {
			return err
		}
	}
}

func (c *operator) told(ev spec.Event) error {
	if err := c.note(entry{Event: &ev}); err != nil {
		return err
	}
	if c.last = ev.Seq; ev.Kind == spec.EventRunDone {
		c.plan = nil
	}
	return nil
}
