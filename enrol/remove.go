package enrol

import (
	"context"

	"github.com/armonic/armonic/spec"
)

// Removals are what takes the agent of a host away again: all that Changes put there, and
// what the agent keeps. A program that was installed otherwise, as by a package, stays, but
// it is stopped. Account is the end of its account.
func (f Facts) Removals(account func(context.Context, *Shell) error) ([]Change, error) {
	there, err := f.Agent()
	if err != nil {
		return nil, err
	}
	var out []Change
	run := func(what, script string) {
		out = append(out, Change{what, func(ctx context.Context, s *Shell) error {
			_, err := s.Run(ctx, script, nil)
			return err
		}})
	}
	ours := f.Unit.File == unitFile
	if f.Unit.File != "" && (f.Unit.Active == "active" || f.Unit.Enabled || ours) {
		run("stop "+unit, "timeout 90 systemctl --quiet disable --now "+unit+" && { systemctl --quiet reset-failed "+unit+" 2>/dev/null; true; }")
	}
	if there.JID != "" {
		out = append(out, Change{"remove the account " + string(there.JID), account})
	}
	if ours {
		run("remove "+program, "rm -f "+program)
	}
	configured := ours || there.JID != "" || f.Password // a package may have brought what says nothing yet
	if configured && (f.Settings != "" || f.Password) {
		files := agentFile + " " + passwordFile
		if there.OwnCA || there.JID == "" {
			files += " " + caFile
		}
		run("remove "+files, "rm -f "+files+" && { rmdir "+settings+"/modules "+settings+" 2>/dev/null; true; }")
	}
	if configured && f.State {
		run("remove "+stateDir, "rm -rf --one-file-system "+stateDir)
	}
	if ours { // last: it says that the rest is ours, should this be cut short
		run("remove "+unitFile, "rm -f "+unitFile+" && systemctl daemon-reload")
	}
	return out, nil
}

// Working says why an agent cannot be taken away now.
func Working(h spec.HostStatus) error {
	if h.Link == spec.LinkOn && h.Busy != "" {
		return spec.Errorf(spec.Conflict, "it executes the run %s", h.Busy).WithHint("wait until it is done, or stop it; then say this again")
	}
	return nil
}
