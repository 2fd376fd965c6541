package enrol

import (
	"strings"

	"github.com/armonic/armonic/spec"
)

// reasons are what ssh and sudo say, and what a person can do about it. The first that
// matches counts; %s is what ssh was told.
//
//nolint:gochecknoglobals // it does not change
var reasons = []struct{ says, means, hint string }{
	{"Permission denied", "ssh is not let in", "ssh %s must work without a question: ssh-copy-id %s, or have the agent of ssh hold the key"},
	{"Host key verification failed", "ssh does not know the key of the host", "ssh %s once, and compare its key; or --ssh 'ssh -o StrictHostKeyChecking=accept-new' to take any that is new"},
	{"Could not resolve hostname", "ssh does not find the host", "check its name; ~/.ssh/config may have one for it"},
	{"a password is required", "sudo wants a password", "add --ask-sudo-password, or let the user be root without one"},
	{"a terminal is required", "sudo wants a password", "add --ask-sudo-password, or let the user be root without one"},
	{"incorrect password attempt", "sudo does not take the password", ""},
	{"is not in the sudoers file", "the user may not become root with sudo", "log in as root, or as a user who may: %s"},
	{"may not run sudo", "the user may not become root with sudo", "log in as root, or as a user who may: %s"},
	{"sudo: not found", "the user is not root, and there is no sudo", "log in as root, or install sudo"},
	{"No route to host", "the host cannot be reached", "does it run? ssh %s"},
	{"Connection timed out", "the host cannot be reached", "does it run, and does a firewall let ssh through? ssh %s"},
	{"Connection refused", "nothing listens for ssh at the host", "does it run sshd, at this port? ssh %s"},
}

// explain says what a person can do about why there is no shell.
func explain(err error, t Target) error {
	text := err.Error()
	if spec.KindOf(err) != spec.Unavailable {
		return err
	}
	for _, r := range reasons {
		if strings.Contains(text, r.says) {
			return spec.Errorf(spec.Unavailable, "%s: %s", r.means, text).WithHint("%s", strings.ReplaceAll(r.hint, "%s", t.SSH))
		}
	}
	return spec.Errorf(spec.Unavailable, "no shell: %s", text).WithHint("see whether this works: ssh %s true", t.SSH)
}
