package host

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// canScope reports whether commands can have a scope of systemd each: all processes of a
// command are in it, whatever session they are in, and it does not end with the agent.
func canScope() bool {
	if os.Geteuid() != 0 {
		return false
	}
	if _, err := os.Stat("/run/systemd/system"); err != nil {
		return false
	}
	_, err := exec.LookPath("systemd-run")
	return err == nil
}

// scope is what stands in front of a command to run it in a scope. Its description is
// given, as the default is the command with all its arguments, and goes into logs.
func scope(unit, program string) []string {
	args := []string{"systemd-run", "--scope", "--quiet", "--collect", "--unit=" + unit,
		"--description=Armonic runs " + filepath.Base(program), "--property=MemoryMax=75%"}
	if service := OwnService(); service != "" {
		// A shutdown stops the agent first: it finishes the step.
		args = append(args, "--property=Before="+service)
	}
	if name := filepath.Base(program); packageTool(name) || uninterruptible(name[:min(len(name), 15)]) {
		// A shutdown waits for it.
		args = append(args, "--property=KillSignal=SIGCONT", "--property=SendSIGKILL=no", "--property=TimeoutStopSec=15min")
	}
	return append(args, "--")
}

// OwnService is the unit of systemd that this process is in, "" if it is in none.
func OwnService() string {
	for line := range strings.Lines(string(procFile(os.Getpid(), "cgroup"))) {
		if name := filepath.Base(strings.TrimSpace(line)); strings.HasSuffix(name, ".service") {
			return name
		}
	}
	return ""
}
