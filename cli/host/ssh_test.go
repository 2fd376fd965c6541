package host_test

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/armonic/armonic/internal/hosttest"
	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/internal/xmpptest"
)

// site is a server that lets nobody register, its operator, and hosts that ssh lets in.
type site struct {
	server *xmpptest.Server
	hosts  []*hosttest.Host
	dir    string // of the operator
	bin    string
}

func newSite(t *testing.T, names ...string) *site {
	t.Helper()
	t.Setenv("TESTHOSTS_PACKAGES", "sudo wget")
	hosts := hosttest.Up(t, names...)
	address := ownAddress(hosts[0])
	s := &site{hosts: hosts, dir: t.TempDir(), bin: hosttest.Build(t, "github.com/armonic/armonic"),
		server: xmpptest.Start(t, xmpptest.Prosody, xmpptest.Listen(address), xmpptest.NoRegistration, xmpptest.Admin("master", "correct horse"))}
	need.Program(t, "ssh")
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.file("key")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var config strings.Builder
	config.WriteString("IdentityFile " + s.file("key") + "\nIdentitiesOnly yes\nStrictHostKeyChecking accept-new\nUserKnownHostsFile " + s.file("known") + "\n")
	for _, h := range hosts {
		h.Copy(t, s.file("key.pub"), "/root/.ssh/authorized_keys", 0o600)
		config.WriteString("Host " + h.Name + "\n  HostName " + h.Address + "\n")
	}
	if err := os.WriteFile(s.file("ssh_config"), []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// ownAddress is the one of this machine on the network of a host.
func ownAddress(h *hosttest.Host) string {
	address := net.ParseIP(h.Address).To4()
	address[3] = 1
	return address.String()
}

func listenNear(h *hosttest.Host) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort(ownAddress(h), "0"))
}

func (s *site) file(name string) string { return filepath.Join(s.dir, name) }

// armonic runs a command of the operator, and gives what it prints and its exit code.
func (s *site) armonic(t *testing.T, stdin string, args ...string) (string, int) {
	t.Helper()
	if args[0] == "host" && (args[1] == "add" || args[1] == "remove") {
		args = append(args, "--ssh", "ssh -F "+s.file("ssh_config"))
	}
	cmd := s.command(t, args...)
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &out
	if slices.Contains(args, "json") {
		cmd.Stderr = nil
	}
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	t.Logf("armonic %s\n%s", strings.Join(args, " "), out.String())
	return out.String(), cmd.ProcessState.ExitCode()
}

// command is one of the operator, which is not started.
func (s *site) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.bin, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "ARMONIC_JID=master@" + xmpptest.Domain, "ARMONIC_PASSWORD=correct horse",
		"ARMONIC_SERVER=" + s.server.TLS, "ARMONIC_CA_FILE=" + s.server.CAFile}
	return cmd
}

// expect runs a command, and compares the code it ends with and what it prints.
func (s *site) expect(t *testing.T, code int, wanted []string, args ...string) string {
	t.Helper()
	out, got := s.armonic(t, "", args...)
	if got != code {
		t.Fatalf("armonic %s ends with %d, want %d", strings.Join(args, " "), got, code)
	}
	for _, w := range wanted {
		if !regexp.MustCompile("(?m)" + w).MatchString(out) {
			t.Errorf("%q is not in what armonic %s prints", w, strings.Join(args, " "))
		}
	}
	return out
}
