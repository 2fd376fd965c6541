//nolint:thelper // the functions that take measurements are tests themselves
package xmppbench_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/need"
)

// ansible measures the least that Ansible can do on as many hosts: sshd on addresses of
// the loopback interface, in a namespace that ends with the test.
func ansible(t *testing.T, p plan, _ string, r *report) {
	if !p.ansible {
		return // the small plan: a test of Ansible is not ours
	}
	b := stepTable(r)
	left := true
	defer func() {
		if left {
			b.Note(t, "**Ansible was NOT measured**: it needs root, ansible-core and openssh-server; see the log of the test.")
		}
	}()
	need.Root(t, "it makes a network namespace")
	s := newSSH(t)
	for _, n := range p.hosts {
		inventory := filepath.Join(s.dir, fmt.Sprint("hosts", n))
		var lines strings.Builder
		for i := range n {
			fmt.Fprintf(&lines, "127.1.0.%d\n", i+1)
		}
		must(t, os.WriteFile(inventory, []byte(lines.String()), 0o600))
		rounds := 3
		if n >= 50 {
			rounds = 2 // a minute each
		}
		for _, args := range [][]string{{"-m", "ping"}, {"-m", "raw", "-a", "true"}} {
			var cold, warm []time.Duration
			for range rounds {
				masters := t.TempDir() // of connections that are kept
				cold = append(cold, s.ansible(t, masters, inventory, n, args))
				warm = append(warm, s.ansible(t, masters, inventory, n, args))
			}
			b.Row(t, "ansible "+strings.Join(args, " "), fmt.Sprint(n), ms(median(cold)), ms(median(warm)), times(r.cold[n], median(cold), median(warm)))
		}
	}
	left = false
	b.Note(t, "ansible: -f 50, pipelining, keys, no look for Python; every run is a new process; cold makes the connections, warm finds them there (ControlPersist). "+
		"Medians of 3, of 2 for N ≥ 50; the last column is beside `armonic` as a new process, with the slower server. All hosts are this machine: its processors do the work of both ends.")
}

// times says how many times as long others took.
func times(armonic, cold, warm time.Duration) string {
	if armonic == 0 {
		return "" // it was not measured
	}
	return fmt.Sprintf("%.0f × cold, %.0f × warm", cold.Seconds()/armonic.Seconds(), warm.Seconds()/armonic.Seconds())
}

// sshd is a server for all addresses of a namespace.
type sshd struct {
	*process
	dir string
}

const sshdConfig = `Port 22
ListenAddress 0.0.0.0
HostKey DIR/hostkey
AuthorizedKeysFile DIR/key.pub
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
StrictModes no
UsePAM no
PrintMotd no
PrintLastLog no
MaxStartups 500
PidFile none
`

// inNamespace brings the namespace up and becomes the server; it is the first process
// of it, so all that is in there ends with it. What is in /run is not touched.
const inNamespace = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -m 755 /run/sshd
ip link set lo up
exec "$0" -D -e -f "$1"
`

func newSSH(t testing.TB) *sshd {
	t.Helper()
	program := need.Program(t, "/usr/sbin/sshd")
	need.Program(t, "ansible")
	s := &sshd{dir: t.TempDir()}
	for _, name := range []string{"key", "hostkey"} {
		out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(s.dir, name)).CombinedOutput()
		if err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	config := filepath.Join(s.dir, "sshd_config")
	must(t, os.WriteFile(config, []byte(strings.ReplaceAll(sshdConfig, "DIR", s.dir)), 0o600))
	cmd := exec.Command("sh", "-c", inNamespace, program, config)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWNS}
	s.process = launch(t, cmd)
	for until := time.Now().Add(10 * time.Second); !strings.Contains(s.out.String(), "Server listening"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("sshd does not listen:\n%s", s.out)
		}
	}
	return s
}

// ansible runs it in the namespace, and gives how long it took.
func (s *sshd) ansible(t testing.TB, masters, inventory string, n int, args []string) time.Duration {
	t.Helper()
	all := append([]string{"-t", strconv.Itoa(s.pid), "-n", "-p", "-m", "ansible", "all", "-i", inventory, "-f", "50"}, args...)
	cmd := exec.Command("nsenter", all...)
	cmd.Dir = s.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "HOME=" + s.dir, "ANSIBLE_HOME=" + filepath.Join(s.dir, "ansible"),
		"ANSIBLE_HOST_KEY_CHECKING=False", "ANSIBLE_PIPELINING=True", "ANSIBLE_REMOTE_USER=root", "ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3",
		"ANSIBLE_PRIVATE_KEY_FILE=" + filepath.Join(s.dir, "key"), "ANSIBLE_REMOTE_TEMP=" + filepath.Join(s.dir, "remote"),
		"ANSIBLE_SSH_CONTROL_PATH_DIR=" + masters,
		"ANSIBLE_SSH_ARGS=-F none -o ControlMaster=auto -o ControlPersist=120s -o UserKnownHostsFile=/dev/null"}
	began := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(began)
	if good := strings.Count(string(out), "| SUCCESS") + strings.Count(string(out), "| CHANGED"); err != nil || good != n {
		t.Fatalf("ansible %v: %v, %d of %d hosts\n%s", args, err, good, n, out)
	}
	return took
}
