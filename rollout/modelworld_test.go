package rollout

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/fleettest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// judge keeps what is wrong, so that rapid can look for a smaller case. It is for the
// goroutine that plays the case.
type judge struct{ said []string }

// enough is thrown when it makes no sense to go on.
type enough struct{}

func (j *judge) Errorf(format string, args ...any) {
	j.said = append(j.said, fmt.Sprintf(format, args...))
}

func (j *judge) Fatalf(format string, args ...any) {
	j.Errorf(format, args...)
	panic(enough{})
}

func (j *judge) Fatal(args ...any) { j.Fatalf("%s", fmt.Sprint(args...)) }

// world is some hosts with agents whose functions change them, as the tests of the model
// have it. Everything takes a while, so that anything can happen meanwhile.
type world struct {
	lifecycles []*lifecycle.Lifecycle
	hosts      []spec.Host
	supervised bool // agents take only what the boss has approved

	mu              sync.Mutex
	dice            *rand.Rand
	fails           int               // how many of the next functions may fail yet
	broken, refused []string          // keys: the next function for one fails after it has changed the host, or before
	state           map[string]string // what functions left on hosts: "h1 Part On" = "2", "h1 Part go 2" = "called"
	agents          map[spec.Host]*machine
}

// machine is a host: its disk stays when its agent dies.
type machine struct {
	host  spec.Host
	disk  *disk
	agent *process      // nil while there is none
	off   bool          // it cannot be reached
	gone  chan struct{} // closed when who follows is cut off
}

// process is an agent as long as it lives.
type process struct {
	*agentd.Service
	keeps *handle
}

func newWorld(t *judge, seed uint64, lifecycles func(*world) []*lifecycle.Lifecycle, hosts ...spec.Host) *world {
	w := &world{hosts: hosts, dice: rand.New(rand.NewPCG(seed, 1)), state: map[string]string{}, agents: map[spec.Host]*machine{}}
	w.lifecycles = lifecycles(w)
	for _, h := range hosts {
		w.agents[h] = &machine{host: h, gone: make(chan struct{}), disk: &disk{Memory: lifecycle.NewMemory(), copies: map[spec.DeploymentID]spec.DeploymentRecord{}, proposals: map[spec.DeploymentID]spec.Proposal{}}}
		w.boot(t, h)
	}
	return w
}

// end kills all agents.
func (w *world) end() {
	for _, h := range w.hosts {
		w.kill(h)
	}
}

func (w *world) roll(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dice.IntN(n)
}

// boot starts the agent of a host.
func (w *world) boot(t *judge, h spec.Host) {
	m := w.agents[h]
	keeps := &handle{disk: m.disk}
	a, err := agentd.New(agentd.Config{Info: spec.Info{Host: h, Address: string(h)}, Lifecycles: w.lifecycles, Store: keeps, RunStore: keeps, Archive: keeps, Proposals: keeps})
	if err != nil {
		t.Fatal(err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	m.agent = &process{a, keeps}
}

// kill ends an agent in the middle of what it does: nothing more of that happens.
func (w *world) kill(h spec.Host) {
	w.mu.Lock()
	m := w.agents[h]
	p := m.agent
	m.agent = nil
	w.cutOff(m)
	w.mu.Unlock()
	if p != nil {
		p.keeps.die()
		p.Close()
	}
}

// cutOff ends the links to a machine. mu is held.
func (w *world) cutOff(m *machine) {
	close(m.gone)
	m.gone = make(chan struct{})
}

// unplug cuts a host off, or connects it again.
func (w *world) unplug(h spec.Host, off bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := w.agents[h]
	if m.off = off; off {
		w.cutOff(m)
	}
}

// put changes a host, if the agent whose function does so still lives.
func (w *world) put(c *lifecycle.Call, key, x string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if m := w.agents[c.Me.Host]; m.agent == nil {
		return
	}
	key = string(c.Me.Host) + " " + key
	if x == "" {
		delete(w.state, key)
	} else {
		w.state[key] = x
	}
}

// do changes a host, which takes a while, and may fail: before that or after it.
func (w *world) do(ctx context.Context, c *lifecycle.Call, key, x string) error {
	w.mu.Lock()
	fail := 0
	if w.fails > 0 && w.dice.IntN(4) == 0 {
		w.fails--
		fail = 1 + w.dice.IntN(2)
	}
	for kind, keys := range []*[]string{&w.refused, &w.broken} {
		if i := slices.Index(*keys, key); i >= 0 {
			*keys = slices.Delete(*keys, i, i+1)
			fail = kind + 1
		}
	}
	before, after := time.Duration(w.dice.IntN(1500))*time.Millisecond, time.Duration(w.dice.IntN(1500))*time.Millisecond
	w.mu.Unlock()
	if err := sleep(ctx, before); err != nil {
		return err
	}
	if fail == 1 {
		return errors.New("it broke")
	}
	w.put(c, key, x)
	if err := sleep(ctx, after); err != nil {
		return err
	}
	if fail == 2 {
		return errors.New("it broke when it was nearly done")
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	pause(ctx, d)
	return ctx.Err()
}

func (w *world) is() map[string]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.state)
}

// disk is what a host keeps.
type disk struct {
	*lifecycle.Memory
	fleettest.RunMemory
	mu        sync.Mutex
	copies    map[spec.DeploymentID]spec.DeploymentRecord
	proposals map[spec.DeploymentID]spec.Proposal
}

// handle is the disk as one process has it. A process that was killed writes no more.
type handle struct {
	*disk
	dead bool
}

var errKilled = errors.New("killed")

func (d *handle) die() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

// write does something unless the process is dead.
func (d *handle) write(fn func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return errKilled
	}
	return fn()
}

func (d *handle) Begin(l string, x lifecycle.Doing) error {
	return d.write(func() error { return d.Memory.Begin(l, x) })
}

func (d *handle) AppendLog(l string, lines ...string) error {
	return d.write(func() error { return d.Memory.AppendLog(l, lines...) })
}

func (d *handle) End(l string, o lifecycle.Outcome) error {
	return d.write(func() error { return d.Memory.End(l, o) })
}

func (d *handle) EndWithRun(l string, o lifecycle.Outcome, r spec.RunRecord) error {
	return d.write(func() error {
		if err := d.RunMemory.RecordRun(r); err != nil {
			return err
		}
		return d.Memory.End(l, o)
	})
}

func (d *handle) RecordRun(r spec.RunRecord) error {
	return d.write(func() error { return d.RunMemory.RecordRun(r) })
}

func (d *disk) KeptDeployments() (out []spec.DeploymentSummary, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.copies {
		out = append(out, r.DeploymentSummary)
	}
	return out, nil
}

func (d *disk) KeptDeployment(id spec.DeploymentID) (spec.DeploymentRecord, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.copies[id], nil
}

func (d *handle) KeepDeployment(r spec.DeploymentRecord) error {
	return d.write(func() error { d.copies[r.ID] = r; return nil })
}

func (d *handle) DropDeployment(id spec.DeploymentID) error {
	return d.write(func() error { delete(d.copies, id); return nil })
}

func (d *disk) KeptProposals() (out []spec.Proposal, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, p := range d.proposals {
		out = append(out, p.Without())
	}
	return out, nil
}

func (d *disk) KeptProposal(id spec.DeploymentID) (spec.Proposal, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.proposals[id], nil
}

func (d *handle) KeepProposal(p spec.Proposal) error {
	return d.write(func() error { d.proposals[p.Deployment] = p; return nil })
}

func (d *handle) DropProposal(id spec.DeploymentID) error {
	return d.write(func() error { delete(d.proposals, id); return nil })
}

// approve has the boss approve all that is proposed anywhere, after a while.
func (w *world) approve(ctx context.Context) {
	for sleep(ctx, 700*time.Millisecond) == nil {
		for _, h := range w.hosts {
			w.mu.Lock()
			p := w.agents[h].agent
			w.mu.Unlock()
			if p == nil {
				continue
			}
			all, _ := p.Proposals(ctx)
			for _, x := range all {
				if len(x.Decisions) == 0 {
					_ = p.Decide(ctx, spec.Decision{Deployment: x.Deployment, Digest: x.Digest, By: "boss"}) // else at the next look
				}
			}
		}
	}
}

// fleet is the world as one operator sees it, until that is killed.
type fleet struct {
	w *world

	mu   sync.Mutex
	dead bool
}

func (f *fleet) Name() string { return "model" }

func (f *fleet) Hosts() (out []spec.HostStatus) {
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	for _, h := range f.w.hosts {
		s := spec.HostStatus{Host: h, Link: spec.LinkOn}
		if m := f.w.agents[h]; m.off || m.agent == nil {
			s.Link = spec.LinkOff
		}
		out = append(out, s)
	}
	return out
}

func (f *fleet) die() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.dead = true
}

// reach gives the agent of a host, and what is closed when the link to it breaks.
func (f *fleet) reach(h spec.Host) (*process, chan struct{}, error) {
	f.mu.Lock()
	dead := f.dead
	f.mu.Unlock()
	f.w.mu.Lock()
	defer f.w.mu.Unlock()
	m := f.w.agents[h]
	switch {
	case m == nil:
		return nil, nil, spec.Errorf(spec.NotFound, "there is no host %q", string(h))
	case dead || m.off || m.agent == nil:
		return nil, nil, spec.Errorf(spec.Unavailable, "%s is offline", h)
	}
	return m.agent, m.gone, nil
}

func (f *fleet) Agent(h spec.Host) (spec.Agent, error) {
	p, _, err := f.reach(h)
	if err != nil {
		return nil, err
	}
	return remote{p, f, h}, nil
}

// remote is an agent over a link on which questions and answers take a while, and get lost
// when it breaks.
type remote struct {
	*process
	f *fleet
	h spec.Host
}

func (r remote) ask(ctx context.Context, what func(*process) error) error {
	latency := time.Duration(r.f.w.roll(50)) * time.Millisecond
	if err := sleep(ctx, latency); err != nil {
		return err
	}
	p, gone, err := r.f.reach(r.h)
	if err != nil {
		return err
	}
	answer := what(p)
	if err := sleep(ctx, latency); err != nil {
		return err
	}
	select {
	case <-gone:
		return spec.Errorf(spec.Timeout, "%s did not answer", r.h)
	default:
	}
	if _, _, err := r.f.reach(r.h); err != nil {
		return err
	}
	return answer
}

func (r remote) Info(ctx context.Context) (out spec.Info, err error) {
	err = r.ask(ctx, func(p *process) (err error) { out, err = p.Info(ctx); return err })
	if out.Supervised = r.f.w.supervised; out.Supervised {
		out.Approvers = []string{"boss"}
	}
	return out, err
}

func (r remote) Propose(ctx context.Context, p spec.Proposal) error {
	return r.ask(ctx, func(x *process) error { return x.Propose(ctx, p) })
}

func (r remote) Proposals(ctx context.Context) (out []spec.Proposal, err error) {
	err = r.ask(ctx, func(p *process) (err error) { out, err = p.Proposals(ctx); return err })
	return out, err
}

func (r remote) Start(ctx context.Context, run spec.Run) error {
	run.Supervised = r.f.w.supervised
	return r.ask(ctx, func(p *process) error { return p.Start(ctx, run) })
}

func (r remote) Stop(ctx context.Context, id spec.RunID) error {
	return r.ask(ctx, func(p *process) error { return p.Stop(ctx, id) })
}

func (r remote) PutDeployment(ctx context.Context, d spec.DeploymentRecord) error {
	return r.ask(ctx, func(p *process) error { return p.PutDeployment(ctx, d) })
}

func (r remote) Follow(ctx context.Context, id spec.RunID, after int, fn func(spec.Event) error) error {
	p, gone, err := r.f.reach(r.h)
	if err != nil {
		return err
	}
	linked, cut := context.WithCancel(ctx)
	defer cut()
	broken := make(chan struct{})
	go func() {
		select {
		case <-gone:
			close(broken)
			cut()
		case <-linked.Done():
		}
	}()
	err = p.Follow(linked, id, after, func(ev spec.Event) error {
		select {
		case <-broken:
			return context.Canceled
		default:
			return fn(ev)
		}
	})
	select {
	case <-broken:
		return spec.Errorf(spec.Unavailable, "%s is offline", r.h)
	default:
		return err
	}
}

// records is a log in memory. What was not synced may be lost.
type records struct {
	mu      sync.Mutex
	all     []Record
	durable int
	dead    bool
}

func (l *records) Append(r Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead {
		l.all = append(l.all, r)
	}
	return nil
}

func (l *records) Sync() error {
	l.mu.Lock()
	n := len(l.all)
	l.mu.Unlock()
	time.Sleep(5 * time.Millisecond)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.dead {
		return errKilled
	}
	l.durable = max(l.durable, n)
	return nil
}

func (l *records) Close() error { return nil }

// cut gives what is left of the log of who is killed now: what was durable, and some more.
func (l *records) cut(more int) []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead = true
	return slices.Clone(l.all[:min(len(l.all), l.durable+more)])
}

// stacks are the stacks of all lifecycles: "h1 Part" = Off, On.
func (w *world) stacks(t *judge) map[string]spec.Stack {
	out := map[string]spec.Stack{}
	for _, h := range w.hosts {
		w.mu.Lock()
		p := w.agents[h].agent
		w.mu.Unlock()
		all, err := p.Stacks(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range all {
			out[fmt.Sprintf("%s %s", h, s.Path.Lifecycle())] = s
		}
	}
	return out
}
