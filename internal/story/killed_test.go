//nolint:thelper // the steps are tests themselves
package story_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
)

// killed changes the port of nginx and the memory of PHP, in a rolling manner, while agents, the
// operator and the server are killed at random moments: it is resumed until it is done, all is
// as wanted, and saying it again does nothing. ARMONIC_FAULTS_FOR has that done for so long,
// rather than once.
func (s *story) killed(t *testing.T) {
	if os.Getenv("ARMONIC_FAULTS_FOR") == "" {
		t.Setenv("ARMONIC_SEED", "12") // the same each time
	}
	dice := rand.New(rand.NewPCG(xmpptest.Seed(t), 12))
	until := time.Now()
	if text := os.Getenv("ARMONIC_FAULTS_FOR"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		until = until.Add(d)
	}
	for n := 0; n == 0 || time.Now().Before(until); n++ {
		port, memory := []int{8080, 80}[n%2], 320+n
		args := deployArgs("web1,web2,web3", "--set", fmt.Sprintf("//Nginx//conf/port=%d", port), "--set", fmt.Sprintf("//PhpFpm//conf/memory=%d", memory),
			"--rolling", "backends=serial=1")
		s.despite(t, dice, args)
		if got := strings.Count(s.lb.Run(t, "cat", "/etc/haproxy/haproxy.cfg"), fmt.Sprintf(":%d check", port)); got != len(s.web) {
			t.Errorf("round %d: %d of the balancer's servers have the port %d", n, got, port)
		}
		for _, h := range s.web {
			if got := h.Run(t, "cat", "/etc/php/8.2/fpm/conf.d/90-armonic.ini"); !strings.Contains(got, fmt.Sprintf("memory_limit = %dM", memory)) {
				t.Errorf("round %d: %s has\n%s", n, h.Name, got)
			}
		}
		before := s.running(t)
		s.Command(t, args...)
		s.differ(t, before)
		if out := s.Command(t, "drift"); !strings.HasPrefix(out, "all is as it was left") {
			t.Errorf("round %d: drift says\n%s", n, out)
		}
		s.page(t, s.lb)
		if t.Failed() {
			return
		}
	}
}

// despite carries a deployment out while all that takes part is killed, each once, in some
// order.
func (s *story) despite(t *testing.T, dice *rand.Rand, args []string) {
	t.Helper()
	var out strings.Builder
	start := func(args ...string) (cmd *exec.Cmd, ended chan error) {
		cmd, ended = s.Cmd(args...), make(chan error, 1)
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { ended <- cmd.Wait() }()
		return cmd, ended
	}
	resume := []string{"deploy", "--resume", "shop", "--yes"}
	cmd, ended := start(args...)
	begun := func() bool { return strings.Contains(s.Command(t, "deployments"), "running") || len(ended) > 0 }
	s.await(t, "the deployment has begun", begun)
	for _, victim := range dice.Perm(3) {
		time.Sleep(time.Duration(dice.IntN(4000)) * time.Millisecond)
		switch victim {
		case 0:
			h := s.Hosts[dice.IntN(len(s.Hosts))]
			t.Logf("the agent of %s is killed", h.Name)
			h.Run(t, "systemctl", "kill", "--kill-whom=main", "--signal=KILL", "armonic-agentd")
		case 1:
			t.Log("the operator is killed")
			_ = cmd.Process.Kill() // it may have ended
			<-ended
			cmd, ended = start(resume...)
		case 2:
			t.Log("the server is killed")
			s.Server.Kill()
			s.Server.Run(t)
		}
	}
	err := <-ended
	for range 10 {
		if err == nil {
			return
		}
		s.await(t, "all agents are on", func() bool { return strings.Count(s.Command(t, "list"), "  on  ") == len(s.Hosts) })
		_, ended = start(resume...)
		err = <-ended
	}
	t.Fatalf("it is never done: %v\n%s", err, out.String())
}
