//nolint:thelper // the steps are tests themselves
package story_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/internal/xmpptest"
)

// victim is what is killed.
type victim string

const (
	agentOf     victim = "agent"
	theOperator victim = "operator"
	theServer   victim = "server"
)

// faults has something killed in every step of the story, for a while.
type faults struct {
	dice  *rand.Rand
	until time.Time
	steps *regexp.Regexp
	on    bool // in this step
	step  string
	count map[string]int // what was done, and how often
}

// newFaults is what ARMONIC_FAULTS_FOR and ARMONIC_STEPS say; nil if nothing is to be killed.
func newFaults(t *testing.T) *faults {
	text := os.Getenv("ARMONIC_FAULTS_FOR")
	if text == "" {
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := regexp.Compile(os.Getenv("ARMONIC_STEPS"))
	if err != nil {
		t.Fatal(err)
	}
	return &faults{dice: rand.New(rand.NewPCG(xmpptest.Seed(t), 12)), until: time.Now().Add(d), steps: steps, count: map[string]int{}}
}

func (f *faults) begin(step string) {
	if f != nil {
		f.step, f.on = step, f.steps.MatchString(step)
	}
}

// now reports whether something is killed in this step, any whether in one of them.
func (f *faults) now() bool  { return f != nil && f.on }
func (f *faults) any() bool  { return f != nil }
func (f *faults) over() bool { return f == nil || time.Now().After(f.until) }

// pause is how long to wait before something is killed: at times the moment of a call, at
// times that of a whole step.
func (f *faults) pause() time.Duration {
	return time.Duration(100*math.Pow(2, 8*f.dice.Float64())) * time.Millisecond
}

func (f *faults) note(what string) {
	if f != nil {
		f.count[what]++
		f.count[f.step+": "+what]++
	}
}

func (f *faults) report(t *testing.T) {
	if f == nil {
		return
	}
	for _, what := range slices.Sorted(maps.Keys(f.count)) {
		t.Logf("%4d %s", f.count[what], what)
	}
}

// anew makes hosts and home as they were at first, for another round.
func (s *story) anew(t *testing.T) {
	s.faults.note("rounds told")
	s.Stop(t)
	for _, h := range s.Hosts {
		h.Reset(t)
	}
	s.Dir = t.TempDir()
}

func (s *story) anyHost() *hosttest.Host { return s.Hosts[s.faults.dice.IntN(len(s.Hosts))] }

// kill ends the agent of a host, or the server, as if the power were cut.
func (s *story) kill(t *testing.T, v victim, h *hosttest.Host) {
	t.Helper()
	s.faults.note(string(v) + " killed")
	switch v {
	case agentOf:
		t.Logf("the agent of %s is killed", h.Name)
		// It may be restarting already.
		_, _, _ = h.Try("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "armonic-agentd")
	case theServer:
		t.Log("the server is killed")
		s.Server.Kill()
		s.Server.Run(t)
	case theOperator:
	}
}

func (s *story) allOn(t *testing.T) {
	s.await(t, "all agents are on", func() bool {
		out, _ := s.Try(t, "list")
		return strings.Count(out, "  on  ") == len(s.Hosts)
	})
}

// carry runs a command of the operator to its end, and gives what it said. If this step is to
// have it, something is killed meanwhile, and the command is said again, or gone on with.
func (s *story) carry(t *testing.T, args ...string) string {
	t.Helper()
	out, err := s.carried(t, args...)
	if err != nil {
		t.Fatalf("armonic %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

func (s *story) carried(t *testing.T, args ...string) (string, error) {
	t.Helper()
	if !s.faults.now() {
		return s.attempt(t, args...)
	}
	v := []victim{agentOf, theOperator, theServer}[s.faults.dice.IntN(3)]
	return s.tryDespite(t, args, time.After(s.faults.pause()), v, s.anyHost())
}

// attempt runs a command once; if this step is to have it, the agent of its last host is
// killed meanwhile.
func (s *story) attempt(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out := &said{}
	_, ended := s.begin(t, out, args)
	if s.faults.now() {
		time.Sleep(s.faults.pause())
		s.kill(t, agentOf, s.web[2])
	}
	err := <-ended
	if s.faults.any() {
		s.allOn(t)
	}
	return out.String(), err
}

// begin starts a command of the operator.
func (s *story) begin(t *testing.T, out *said, args []string) (*exec.Cmd, chan error) {
	t.Helper()
	cmd, ended := s.Cmd(args...), make(chan error, 1)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- cmd.Wait() }()
	return cmd, ended
}

// said is what commands print, one after the other.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// despite carries a command out although something is killed at a moment.
func (s *story) despite(t *testing.T, args []string, moment <-chan time.Time, v victim, h *hosttest.Host) {
	t.Helper()
	if out, err := s.tryDespite(t, args, moment, v, h); err != nil {
		t.Fatalf("it is never done: %v\n%s", err, out)
	}
}

func (s *story) tryDespite(t *testing.T, args []string, moment <-chan time.Time, v victim, h *hosttest.Host) (string, error) {
	t.Helper()
	before, out := s.newest(t, args), &said{}
	cmd, ended := s.begin(t, out, args)
	var err error
	over := false
	select {
	case err = <-ended:
		over = true
	case <-moment:
		if v == theOperator {
			t.Log("the operator is killed")
			s.faults.note("operator killed")
			_ = cmd.Process.Kill() // it may have ended
		} else {
			s.kill(t, v, h)
		}
		err = <-ended
	}
	for range 10 {
		if err == nil || over {
			break
		}
		s.faults.note("gone on with")
		fmt.Fprintf(out, "\n%v; it is gone on with\n", err)
		s.allOn(t)
		next := args
		if id := s.newest(t, args); id != before {
			next = []string{"deploy", "--resume", id, "--yes"}
		} else if args[0] == "deployments" && strings.Contains(out.String(), "\nDeployment ") { // a rollback that has begun
			next = []string{"deploy", "--resume", args[2], "--yes"}
		}
		_, ended = s.begin(t, out, next)
		err = <-ended
	}
	if s.faults.any() {
		s.allOn(t) // what comes next may need who was killed
	}
	return out.String(), err
}

// newest is the last deployment that has the name which a command gives.
func (s *story) newest(t *testing.T, args []string) string {
	t.Helper()
	i := slices.Index(args, "--name")
	if i < 0 {
		return ""
	}
	for _, line := range strings.Split(s.Command(t, "deployments"), "\n")[1:] {
		if f := strings.Fields(line); len(f) > 1 && f[0] == args[i+1] {
			return f[1]
		}
	}
	return ""
}

// killed changes the port of nginx and the memory of PHP, in a rolling manner, while the
// operator is killed, or with faults also the agent of a web host and the server, once each: it
// is gone on with until it is done, all is as wanted, and saying it again does nothing.
func (s *story) killed(t *testing.T) {
	victims := []victim{theOperator}
	if s.faults.any() {
		victims = append(victims, agentOf, theServer)
	}
	for n, v := range victims {
		port, memory := []int{8080, 80}[n%2], 320+n
		args := deployArgs("web1,web2,web3", "--set", fmt.Sprintf("//Nginx//conf/port=%d", port), "--set", fmt.Sprintf("//PhpFpm//conf/memory=%d", memory),
			"--rolling", "backends=serial=1")
		s.despite(t, args, time.After(time.Duration(1+n)*time.Second), v, s.web[n])
		if got := strings.Count(s.lb.Run(t, "cat", "/etc/haproxy/haproxy.cfg"), fmt.Sprintf(":%d check", port)); got != len(s.web) {
			t.Errorf("%d of the balancer's servers have the port %d", got, port)
		}
		for _, h := range s.web {
			if got := h.Run(t, "cat", "/etc/php/8.2/fpm/conf.d/90-armonic.ini"); !strings.Contains(got, fmt.Sprintf("memory_limit = %dM", memory)) {
				t.Errorf("%s has\n%s", h.Name, got)
			}
		}
		before := s.running(t)
		s.Command(t, args...)
		s.differ(t, before)
		if out := s.Command(t, "drift"); !strings.HasPrefix(out, "all is as it was left") {
			t.Errorf("drift says\n%s", out)
		}
		s.page(t, s.lb)
		if t.Failed() {
			return
		}
	}
}
