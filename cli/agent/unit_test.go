package agent

import (
	"slices"
	"strings"
	"testing"
)

// systemd ends the agent, and not what its steps started.
func TestTheUnitEndsOnlyTheAgent(t *testing.T) {
	if !slices.Contains(strings.Split(unitFile, "\n"), "KillMode=process") {
		t.Error("the unit has another KillMode")
	}
}
