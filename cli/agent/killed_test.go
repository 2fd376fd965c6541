package agent

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/config"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// deadly are bodies of functions that no limit ends; the process dies of them.
func deadly() map[string]string {
	return map[string]string{
		"memory": "x = \"x\" * 100000000\n    y = [x + str(i) for i in range(1000)]",
		"stuck":  "x = (1,)\n    for i in range(64):\n        x = (x, x)\n    y = {x: 1}",
	}
}

// An agent that dies of a module comes back: a file that killed it while it was loaded is
// left out and named until it changes, a step becomes interrupted, and all else works.
func TestAnAgentThatAModuleKilledComesBack(t *testing.T) {
	if dir := os.Getenv("ARMONIC_TEST_AGENT"); dir != "" {
		beAgent(t, dir)
		return
	}
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	for name, body := range deadly() {
		limit := "20s" // within which it needs too much memory
		if name == "stuck" {
			limit = "4s" // it takes all of that, and more
		}
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write := func(file, text string) {
				t.Helper()
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			agent := func(does string, want ...string) {
				t.Helper()
				out, err := startAgent(t, dir, does, limit)
				if died := len(want) == 0; died != (err != nil) {
					t.Fatalf("%v\n%s", err, out)
				}
				for _, w := range want {
					if !strings.Contains(out, w) {
						t.Errorf("it does not say %q, but\n%s", w, out)
					}
				}
			}
			bad := "def f(ctx):\n    " + body + "\n"
			write("good.star", `lifecycle("Good", states = [state("Off"), state("On")])`)
			write("bad.star", bad+"f(1)\n"+`lifecycle("Bad", states = [state("Off"), state("On")])`)
			agent("") // it dies
			agent("Good", "lifecycles: Good\n", "bad.star: the agent died while it loaded this file", "Good is Off On")
			agent("", "lifecycles: Good\n", "bad.star: the agent died while it loaded this file")

			write("bad.star", bad+`lifecycle("Bad", states = [state("Off"), state("On", enter = f)])`)
			agent("", "lifecycles: Bad Good\n", "notes: \n")
			agent("Bad") // it dies
			agent("", "lifecycles: Bad Good\n", "Good is Off On", "Bad is Off", "it was interrupted", "notes: \n")
		})
	}
}

// startAgent runs the process of an agent whose state and modules are in dir, until it has
// done what it is to do, or died, and gives what it said. Functions of modules may take so
// long.
func startAgent(t *testing.T, dir, does, limit string) (said string, err error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, self, "-test.run=^TestAnAgentThatAModuleKilledComesBack$", "-test.v")
	c.Env = append(os.Environ(), "ARMONIC_TEST_AGENT="+dir, "ARMONIC_TEST_DOES="+does, "ARMONIC_TEST_LIMIT="+limit, "GOTRACEBACK=none")
	out, err := c.CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("it does not end:\n%s", out)
	}
	return string(out), err
}

// beAgent is the agent's process. It says what it offers, enters On of a lifecycle, and
// says what is applied.
func beAgent(t *testing.T, dir string) {
	t.Helper()
	limit := syscall.Rlimit{Cur: 512 << 20, Max: 512 << 20}
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &limit); err != nil {
		t.Fatal(err)
	}
	most, err := time.ParseDuration(os.Getenv("ARMONIC_TEST_LIMIT"))
	if err != nil {
		t.Fatal(err)
	}
	d := &command{Streams: output.Streams{Out: t.Output(), Err: t.Output()}, jid: "web1@example.com",
		set:     config.Agent{StateDir: filepath.Join(dir, "state"), ModuleDirs: []string{dir}},
		modules: modules.Config{LoadTime: most, ActTime: most}, stuckAfter: 2 * time.Second}
	s, _, end, err := d.service(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	stacks, err := s.Stacks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Print("lifecycles:")
	for _, st := range stacks {
		fmt.Print(" " + st.Path.Lifecycle())
	}
	info, err := s.Info(t.Context())
	fmt.Printf("\nnotes: %s\n", strings.Join(info.Notes, "\n"))
	if does := os.Getenv("ARMONIC_TEST_DOES"); does != "" {
		run := spec.Run{ID: spec.RunID("to-" + does), Work: spec.Work{Lifecycle: does, From: []string{"Off"}, Steps: []spec.Step{{Action: spec.Enter, State: "On"}}}}
		if err := s.Start(t.Context(), run); err != nil {
			t.Fatal(err)
		}
		err = s.Follow(t.Context(), run.ID, 0, func(ev spec.Event) error {
			if ev.Kind == spec.EventStepFailed {
				fmt.Printf("failed: %.300s, hint: %s\n", ev.Err, spec.HintOf(ev.Err))
			}
			return nil
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	stacks, err = s.Stacks(t.Context())
	for _, st := range stacks {
		fmt.Println(st.Path.Lifecycle(), "is", strings.Join(st.Names(), " "))
		if st.Fault != nil {
			fmt.Println(st.Fault.Err)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
