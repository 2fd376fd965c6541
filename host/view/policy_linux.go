package view

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/armonic/armonic/spec"
)

// Scripts of packages ask a program whether they may start a service. Ours says no to what
// does not run yet, and only to scripts of the request that it was made for: if it is left
// over after a crash, it hinders nobody.
const (
	policyFile     = "/usr/sbin/policy-rc.d"
	policyNew      = policyFile + ".armonic" // before it has its name
	policyVariable = "ARMONIC_NOT_STARTED"
	policyMark     = "# made by armonic for one request to the package manager"
	policyText     = "#!/bin/sh\n" + policyMark + `
[ -n "$` + policyVariable + `" ] || exit 0
[ "$2" = stop ] || systemctl is-active --quiet "$1" || exit 101
exit 0
`
)

// putPolicy has services that do not run not started.
func putPolicy() error {
	defer func() { _ = os.Remove(policyNew) }() // else the next one has its name
	err := os.WriteFile(policyNew, []byte(policyText), 0o600)
	if err == nil {
		err = os.Chmod(policyNew, 0o755)
	}
	if err == nil {
		err = os.Link(policyNew, policyFile) // all at once, and not over another one
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return spec.Errorf(spec.Conflict, "there is a %s already, so what packages start cannot be decided here", policyFile).
			WithHint("leave start = False away, if that file does what is wanted; else remove it")
	case err != nil:
		return failed("write", policyFile, err)
	}
	return nil
}

// removePolicy removes it, also one that was left over.
func removePolicy() error {
	_ = os.Remove(policyNew) // else the next one has its name
	b, err := os.ReadFile(policyFile)
	if err != nil || !strings.Contains(string(b), policyMark) {
		return nil //nolint:nilerr // there is none, or it is somebody's
	}
	if err := os.Remove(policyFile); err != nil {
		return failed("remove", policyFile, err)
	}
	return nil
}
