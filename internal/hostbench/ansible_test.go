package hostbench_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/internal/need"
)

// ansible is an inventory of hosts that are reached by ssh, and a playbook for them.
type ansible struct {
	dir      string
	playbook string
	hosts    []*hosttest.Host
	kept     string // where connections are kept
}

// ansibleConfig has the settings that Ansible's own documentation names for speed.
const ansibleConfig = `[defaults]
inventory = hosts
private_key_file = key
remote_user = root
host_key_checking = False
forks = 20
gathering = explicit
interpreter_python = /usr/bin/python3
retry_files_enabled = False
nocows = True
[ssh_connection]
pipelining = True
ssh_args = -F none -o ControlMaster=auto -o ControlPersist=300s -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
`

// newAnsible makes an inventory: the first host is the group front, all others are the
// group web, but for those whose names begin with db, which are a group of their own.
func newAnsible(t testing.TB, hosts []*hosttest.Host, playbook string) *ansible {
	t.Helper()
	need.Program(t, "ssh")
	need.Program(t, "ansible-playbook")
	a := &ansible{dir: t.TempDir(), hosts: hosts, kept: t.TempDir()}
	t.Cleanup(func() { disconnect(t, a.kept) })
	var err error
	a.playbook, err = filepath.Abs(filepath.Join("testdata", "ansible", playbook))
	must(t, err)
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(a.dir, "key")).CombinedOutput()
	if err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	var inventory string
	for i, h := range hosts {
		group := "web"
		switch {
		case i == 0:
			group = "front"
		case strings.HasPrefix(h.Name, "db"):
			group = "db"
		}
		inventory += fmt.Sprintf("[%s]\n%s ansible_host=%s\n", group, h.Name, h.Address)
	}
	must(t, os.WriteFile(filepath.Join(a.dir, "hosts"), []byte(inventory), 0o600))
	must(t, os.WriteFile(filepath.Join(a.dir, "ansible.cfg"), []byte(ansibleConfig), 0o600))
	return a
}

// prepare lets Ansible in, with the library of Python that its apt module needs.
func (a *ansible) prepare(t testing.TB) {
	t.Helper()
	for _, h := range a.hosts {
		h.Copy(t, filepath.Join(a.dir, "key.pub"), "/root/.ssh/authorized_keys", 0o600)
		h.Run(t, "apt-get", "install", "-qq", "-y", "--no-install-recommends", "python3-apt")
	}
}

// connect makes the connections that are kept.
func (a *ansible) connect(t testing.TB) {
	t.Helper()
	disconnect(t, a.kept)
	a.command(t, a.kept, "ansible", "all", "-m", "ansible.builtin.raw", "-a", "true")
}

// run plays the playbook: with new connections, or with those that were kept.
func (a *ansible) run(t testing.TB, connected bool, port int) (took time.Duration, out string) {
	t.Helper()
	kept := a.kept
	if !connected {
		kept = t.TempDir()
		defer disconnect(t, kept)
	}
	began := time.Now()
	out = a.command(t, kept, "ansible-playbook", a.playbook, "-e", fmt.Sprintf("chosen=%d", port))
	return time.Since(began), out
}

// play plays the playbook with variables, over connections that are there.
func (a *ansible) play(t testing.TB, args ...string) (took time.Duration, out string) {
	t.Helper()
	began := time.Now()
	out = a.command(t, a.kept, "ansible-playbook", append([]string{a.playbook}, args...)...)
	return time.Since(began), out
}

// try is play for what may fail.
func (a *ansible) try(args ...string) (out string, failed bool) {
	b, err := a.cmd(a.kept, "ansible-playbook", append([]string{a.playbook}, args...)...).CombinedOutput()
	return string(b), err != nil
}

func (a *ansible) command(t testing.TB, kept, name string, args ...string) string {
	t.Helper()
	out, err := a.cmd(kept, name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func (a *ansible) cmd(kept, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = a.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=" + a.dir, "ANSIBLE_SSH_CONTROL_PATH_DIR=" + kept, "ANSIBLE_CONFIG=" + filepath.Join(a.dir, "ansible.cfg")}
	return cmd
}

// disconnect ends the connections that are kept in a folder.
func disconnect(t testing.TB, kept string) {
	t.Helper()
	sockets, err := filepath.Glob(filepath.Join(kept, "*"))
	must(t, err)
	for _, s := range sockets {
		_ = exec.Command("ssh", "-O", "exit", "-o", "ControlPath="+s, "host").Run() // the host may have gone before
		_ = os.Remove(s)
	}
}

// changes is how much a play says that it changed, on all hosts.
func changes(out string) int {
	n := 0
	_, recap, _ := strings.Cut(out, "PLAY RECAP")
	for f := range strings.FieldsSeq(recap) {
		var c int
		if _, err := fmt.Sscanf(f, "changed=%d", &c); err == nil {
			n += c
		}
	}
	return n
}
