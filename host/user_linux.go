package host

import (
	"os"
	"os/user"
	"strconv"

	"github.com/armonic/armonic/spec"
)

// asUser is what stands in front of a command that runs as a user, and its environment.
// The user's groups are its own, and none of ours.
func asUser(name string) (argv []string, env map[string]string, err error) {
	if name == "" {
		return nil, map[string]string{}, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil, nil, spec.Errorf(spec.NotFound, "there is no user %s to run it as", name).WithHint("make it with ctx.host.user before")
	}
	env = map[string]string{"HOME": u.HomeDir, "USER": name, "LOGNAME": name}
	if u.Uid == strconv.Itoa(os.Geteuid()) {
		return nil, env, nil
	}
	if os.Geteuid() != 0 {
		return nil, nil, spec.Errorf(spec.Failed, "cannot run it as %s", name).WithHint("the agent needs to be root for that")
	}
	return []string{"setpriv", "--reuid=" + u.Uid, "--regid=" + u.Gid, "--init-groups", "--"}, env, nil
}
