//go:build !unix

package host

import (
	"os"
	"os/exec"
)

// killer has nothing to do where there are no process groups.
type killer struct{}

func ownGroup(*exec.Cmd) *killer { return &killer{} }

func (*killer) stop() {}

func exitCode(s *os.ProcessState) int { return s.ExitCode() }
