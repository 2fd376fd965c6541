//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// schedules is how many are run with each server: ARMONIC_SCHEDULES, or all of them in
// CI, or a few.
func schedules() int {
	n, err := strconv.Atoi(os.Getenv("ARMONIC_SCHEDULES"))
	switch {
	case err == nil:
		return n
	case os.Getenv("CI") == "true":
		return 300
	}
	return 24
}

// faultsFor is for how long schedules are run at least.
func faultsFor(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv("ARMONIC_FAULTS_FOR")
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

const (
	atOnce      = 24 // schedules that share the server
	serverKills = 3
	killAgain   = 20 * time.Second // the server, in a long run: oftener, and a schedule may get nowhere for as long as it may take
	tooLong     = 90 * time.Second
	mostMemory  = 128 << 10 // KiB that the process of an agent may use, whatever is sent to it
)

// Whatever happens to networks, servers, agents and clients, each event is told once
// and in order, each step is done once, and the stack is what was done. In each
// schedule a client wants all states of a lifecycle to be applied; every fourth is of
// processes, which are killed.
func TestSchedules(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		s, n, long := xmpptest.Seed(t), schedules(), faultsFor(t)
		began := time.Now()
		killed := began
		var wg sync.WaitGroup
		var mu sync.Mutex
		did := map[string]int{}
		room := make(chan struct{}, atOnce)
		all := 0
		for i := 0; i < n || time.Since(began) < long; i++ {
			all++
			room <- struct{}{}
			wg.Go(func() {
				defer func() { <-room }()
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					sc := &schedule{dice: rand.New(rand.NewPCG(s, uint64(i))), processes: i%4 == 0, attacked: i%3 == 0}
					sc.run(t, server)
					mu.Lock()
					defer mu.Unlock()
					for _, what := range sc.did {
						did[what]++
					}
				})
			})
			every := max(n/serverKills, 1)
			if i < n && i%every == every/2 || i >= n && time.Since(killed) > killAgain {
				server.Kill()
				server.Run(t)
				killed = time.Now()
			}
		}
		wg.Wait()
		if did["attack"] > 0 && did["(attacks that arrived)"] == 0 {
			t.Error("no stranger could send anything")
		}
		t.Logf("%d schedules in %s: %v", all, time.Since(began).Round(time.Millisecond), did)
	})
}

// schedule is a pair and what happens to it.
type schedule struct {
	dice      *rand.Rand
	processes bool
	attacked  bool

	dir                   string
	agentNet, clientNet   *xmpptest.Proxy
	agent, client         party
	agentEnds, clientEnds *child // if they are processes
	did                   []string
	kills                 int // of the agent
}

func (sc *schedule) run(t *testing.T, server *xmpptest.Server) {
	ctx, cancel := context.WithTimeout(t.Context(), tooLong)
	defer cancel()
	began := time.Now()
	sc.dir = t.TempDir()
	sc.agentNet, sc.clientNet = xmpptest.NewProxy(t, server.TLS), xmpptest.NewProxy(t, server.TLS)
	jid := func(name string) session.JID { return session.JID(xmpptest.User(name) + "@" + xmpptest.Domain) }
	sc.agent = party{JID: jid("host1"), Peer: jid("master"), Server: sc.agentNet.Address, CAFile: server.CAFile, Dir: sc.dir,
		Memory: !sc.processes, Pace: time.Duration(5+sc.dice.IntN(15)) * time.Millisecond, Seed: sc.dice.Uint64()}
	if sc.processes { // to be killed while they work
		sc.agent.Pace *= 3
	}
	sc.client = sc.agent
	sc.client.JID, sc.client.Peer, sc.client.Server = sc.agent.Peer, sc.agent.JID, sc.clientNet.Address
	content := make(chan error, 1)
	if sc.attacked {
		eve := &attacker{dice: rand.New(rand.NewPCG(sc.dice.Uint64(), 0)), account: xmpptest.Account(server, "eve"),
			targets: []session.JID{sc.agent.JID, sc.agent.JID.With(roster.Resource), sc.client.JID}}
		var wg sync.WaitGroup
		attackCtx, endAttack := context.WithCancel(ctx)
		wg.Go(func() { eve.run(attackCtx) })
		defer func() {
			endAttack()
			wg.Wait()
			if eve.sent > 0 {
				sc.did = append(sc.did, "(attacks that arrived)")
			}
		}()
		sc.did = append(sc.did, "attack")
	}
	if sc.processes {
		sc.withProcesses(ctx, t, content)
	} else {
		sc.inProcess(ctx, content)
	}
	if err := <-content; err != nil {
		t.Errorf("the client: %v (%s)", err, spec.HintOf(err))
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Logf("it took %s: %v", took.Round(time.Millisecond), sc.did)
	}
	cancel()
	if sc.agentEnds != nil {
		if err := sc.agentEnds.stop(); err != nil {
			t.Errorf("the agent: %v", err)
		}
		if sc.agentEnds.peak > mostMemory {
			t.Errorf("the agent used %d MiB", sc.agentEnds.peak>>10)
		}
	}
	diary, err := readDiary(sc.dir)
	if err != nil {
		t.Fatal(err)
	}
	interrupted, err := check(diary, sc.effects(t), sc.kills)
	if err != nil {
		t.Error(err)
	}
	sc.did = append(sc.did, slices.Repeat([]string{"(runs interrupted)"}, interrupted)...)
	if t.Failed() {
		t.Logf("what happened: %s", strings.Join(sc.did, ", "))
		for _, e := range diary {
			t.Logf("%+v %+v %v", e.Plan, e.Event, e.Stack)
		}
		t.Logf("effects: %v", sc.effects(t))
	}
}

func (sc *schedule) effects(t *testing.T) []string {
	text, err := os.ReadFile(effectsFile(sc.dir))
	if err != nil {
		t.Error(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func (sc *schedule) inProcess(ctx context.Context, content chan<- error) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	agentEnds := make(chan error, 1)
	wg.Go(func() { agentEnds <- sc.agent.agent(ctx) })
	clientEnds := make(chan error, 1)
	wg.Go(func() { clientEnds <- sc.client.client(ctx) })
	sc.trouble(ctx, nil)
	err := <-clientEnds
	cancel()
	wg.Wait()
	if agentErr := <-agentEnds; err == nil {
		err = agentErr
	}
	content <- err
}

func (sc *schedule) withProcesses(ctx context.Context, t *testing.T, content chan<- error) {
	sc.agentEnds, sc.clientEnds = sc.agent.start(t, "agent"), sc.client.start(t, "client")
	sc.trouble(ctx, func() string {
		if sc.dice.IntN(2) == 0 {
			sc.agentEnds.kill()
			sc.pause(ctx, 200)
			sc.agentEnds = sc.agent.start(t, "agent")
			sc.kills++
			return "kill the agent"
		}
		sc.clientEnds.kill()
		sc.pause(ctx, 200)
		sc.clientEnds = sc.client.start(t, "client")
		return "kill the client"
	})
	select {
	case err := <-sc.clientEnds.ended:
		sc.clientEnds.ended <- err
		content <- err
	case <-ctx.Done():
		sc.clientEnds.kill()
		content <- ctx.Err()
	}
}

// trouble does a few things to the networks and, if it can, to the parties; in the end
// the networks are as they should be.
func (sc *schedule) trouble(ctx context.Context, kill func() string) {
	if sc.dice.IntN(4) > 0 { // else they are still connecting, or not even that
		sc.untilWorkBegins(ctx)
	}
	for range 1 + sc.dice.IntN(5) {
		sc.pause(ctx, 200)
		if kill != nil && sc.dice.IntN(2) == 0 {
			sc.did = append(sc.did, kill())
			continue
		}
		name, p := "the agent", sc.agentNet
		if sc.dice.IntN(2) == 0 {
			name, p = "the client", sc.clientNet
		}
		sc.did = append(sc.did, sc.breaks(ctx, p)+" "+name)
	}
}

func (sc *schedule) untilWorkBegins(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := os.Stat(diaryFile(sc.dir)); err == nil {
			return
		}
		xmpptest.Sleep(ctx, 5*time.Millisecond)
	}
}

func (sc *schedule) breaks(ctx context.Context, p *xmpptest.Proxy) string {
	switch sc.dice.IntN(7) {
	case 0:
		p.Stall()
		sc.pause(ctx, 300)
		p.Resume()
		return "stall"
	case 1:
		p.Stall()
		sc.pause(ctx, 300)
		p.Cut()
		p.Resume()
		return "stall and cut"
	case 2:
		p.HalfClose()
		return "half-close"
	case 3:
		p.Delay(20 * time.Millisecond)
		sc.pause(ctx, 300)
		p.Delay(0)
		return "delay"
	case 4:
		p.Throttle(5000)
		sc.pause(ctx, 500)
		p.Throttle(0)
		return "throttle"
	case 5:
		p.Down()
		sc.pause(ctx, 400)
		p.Up()
		return "take down"
	}
	p.Cut()
	return "cut"
}

// pause waits up to so many milliseconds.
func (sc *schedule) pause(ctx context.Context, most int) {
	xmpptest.Sleep(ctx, time.Duration(sc.dice.IntN(most))*time.Millisecond)
}
