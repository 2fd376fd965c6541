package agent

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/cli/inprocess"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/journal"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/upgrade"
)

// Environment variables that make a process the switch of an upgrade: its folder, and the unit
// of the agent.
const (
	switchFolder = "ARMONIC_UPGRADE_FOLDER"
	switchUnit   = "ARMONIC_UPGRADE_UNIT"
)

// upgradeFolder is below the state folder.
const upgradeFolder = "upgrade"

// upgrader has the agent's program replaced, until stop is called.
func (d *command) upgrader(ctx context.Context, s *agentd.Service, log *slog.Logger) (u *upgrade.Agent, stop func(), err error) {
	dir := filepath.Join(d.set.StateDir, upgradeFolder)
	unit := host.OwnService()
	c := upgrade.Config{Dir: dir, Keys: d.upgradeKeys, Version: inprocess.Version(), Finish: s.Finish, Logger: log}
	switch {
	case d.set.Simulation:
		c.Cannot = "it is a simulation"
	case unit == "" || os.Geteuid() != 0:
		c.Cannot = "it is not run as root by systemd"
	default:
		c.Switching = func() bool { return (service{upgrade.Unit}).show("ActiveState") == "active" }
		c.Switch = func(ctx context.Context) error { return startSwitch(ctx, dir, unit) }
	}
	if u, err = upgrade.NewAgent(ctx, c); err != nil {
		return nil, nil, err
	}
	if u.Unconfirmed() {
		log.Warn("this program is new, and does nothing before it is confirmed")
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{}) // closed when the goroutine has ended
	go func() {
		defer close(ended)
		u.Wait(ctx)
	}()
	return u, func() { cancel(); <-ended }, nil
}

// startSwitch runs the program of now in a unit of its own, since it ends that of the agent.
func startSwitch(ctx context.Context, dir, unit string) error {
	out, err := exec.CommandContext(ctx, "systemd-run", "--unit="+upgrade.Unit, "--collect", "--quiet", "--service-type=exec",
		"--description=Armonic replaces the program of its agent", "--setenv="+switchFolder+"="+dir, "--setenv="+switchUnit+"="+unit,
		"--", filepath.Join(dir, "old"), "agentd").CombinedOutput()
	if err != nil {
		return fmt.Errorf("systemd-run: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// switchPrograms is what that unit does.
func (d *command) switchPrograms(ctx context.Context, dir string) error {
	unit := os.Getenv(switchUnit)
	s := upgrade.Switch{Dir: dir, Journal: filepath.Join(filepath.Dir(dir), journal.File), Service: service{unit},
		Say: func(text string) { output.Printf(d.Err, "%s\n", text) }}
	if err := s.Do(context.WithoutCancel(ctx)); err != nil {
		return spec.Errorf(spec.Failed, "%v", err).WithHint("systemctl status %s", unit)
	}
	return nil
}

// service is a unit of systemd.
type service struct{ unit string }

func (s service) systemctl(args ...string) error {
	out, err := exec.Command("systemctl", append(args, s.unit)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("systemctl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Stop ends it, and returns when it has ended.
func (s service) Stop() error { return s.systemctl("stop") }

// politeTime is how long a program that is not to stay may take to end.
const politeTime = 10 * time.Second

// Kill ends it, at once if need be.
func (s service) Kill() error {
	if err := s.systemctl("stop", "--no-block"); err != nil {
		return err
	}
	for until := time.Now().Add(politeTime); time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		if state := s.show("ActiveState"); state == "inactive" || state == "failed" {
			break
		}
	}
	_ = s.systemctl("kill", "--kill-who=main", "--signal=KILL") // an error if it has ended
	if err := s.Stop(); err != nil {
		return err
	}
	_ = s.systemctl("reset-failed") // an error if it has not failed
	return nil
}

// Start starts it, whatever becomes of it.
func (s service) Start() error { return s.systemctl("start", "--no-block") }

// Status says how it is.
func (s service) Status() string {
	out := s.show("ActiveState") + ", " + s.show("SubState")
	if text := s.show("StatusText"); text != "" {
		out += ", " + text
	}
	return out
}

// Restarts is how often systemd has started it again.
func (s service) Restarts() int {
	n, _ := strconv.Atoi(s.show("NRestarts"))
	return n
}

func (s service) show(property string) string {
	out, _ := exec.Command("systemctl", "show", "--value", "--property="+property, s.unit).Output()
	return strings.TrimSpace(string(out))
}
