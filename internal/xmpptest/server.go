package xmpptest

import (
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/need"
)

// Domain is what every server serves.
const Domain = "xmpp.test"

// Kind is a make of server.
type Kind string

// The kinds.
const (
	Prosody  Kind = "prosody"
	Ejabberd Kind = "ejabberd"
)

// Kinds are the servers to test with: Prosody, and ejabberd too if ARMONIC_SERVERS is
// "all", as make test-servers has it. Debian's ejabberd now and then ends while it
// starts on a busy machine, so that it is not part of every run of the tests.
func Kinds() []Kind {
	if os.Getenv("ARMONIC_SERVERS") == "all" {
		return []Kind{Prosody, Ejabberd}
	}
	return []Kind{Prosody}
}

// Each runs a test for each kind of server, unless tests are to be quick.
//
//nolint:thelper // it runs tests
func Each(t *testing.T, test func(t *testing.T, k Kind)) {
	if testing.Short() {
		t.Skip("a real server takes its time")
	}
	for _, k := range Kinds() {
		t.Run(string(k), func(t *testing.T) { test(t, k) })
	}
}

// Option changes how a server is set up.
type Option func(*Server)

// NoRegistration makes the server refuse to make accounts.
func NoRegistration(s *Server) { s.closed = true }

// Server is a server that runs.
type Server struct {
	Kind     Kind
	TLS      string // address for direct TLS
	StartTLS string // address for STARTTLS
	CAFile   string

	dir    string
	closed bool // no registration
	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{} // closed when the process has ended
}

// Start runs a server until the test ends. Anybody may register, unless an option
// says otherwise.
func Start(t testing.TB, k Kind, options ...Option) *Server {
	t.Helper()
	s := &Server{Kind: k, dir: folder(t)}
	s.CAFile = filepath.Join(s.dir, "ca.pem")
	for _, o := range options {
		o(s)
	}
	certificates(t, s.dir, Domain)
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("the log of the server ends:\n%s", s.log())
		}
	})
	// A port that was free may be taken by somebody else before the server has it.
	for try := 1; ; try++ {
		s.configure(t)
		err := s.run(t)
		if err == nil {
			return s
		}
		if s.Kill(); try == 3 {
			t.Fatal(err)
		}
	}
}

func (s *Server) configure(t testing.TB) {
	t.Helper()
	s.TLS, s.StartTLS = address(t), address(t)
	switch s.Kind {
	case Prosody:
		need.Program(t, "prosody", "prosody")
		s.prosodyConfig(t)
	case Ejabberd:
		need.Program(t, "/usr/sbin/ejabberdctl", "ejabberd")
		s.ejabberdConfig(t)
	}
}

// folder is a short-lived folder that the server's own user can use.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Chmod(dir, 0o755))
	return dir
}

// address is one that nobody listens on.
func address(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Run starts the server again after Kill, and returns when it can be used.
func (s *Server) Run(t testing.TB) {
	t.Helper()
	must(t, s.run(t))
}

func (s *Server) run(t testing.TB) error {
	t.Helper()
	cmd := s.prosody()
	if s.Kind == Ejabberd {
		cmd = s.ejabberd()
	}
	out, err := os.OpenFile(filepath.Join(s.dir, "out.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	defer out.Close()
	cmd.Stdout, cmd.Stderr, cmd.Dir = out, out, s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	must(t, cmd.Start())
	ended := make(chan struct{})
	s.mu.Lock()
	s.cmd, s.ended = cmd, ended
	s.mu.Unlock()
	go func() {
		_ = cmd.Wait() // how it ended shows in its log
		close(ended)
	}()
	for until := time.Now().Add(30 * time.Second); ; {
		select {
		case <-ended:
			return fmt.Errorf("%s ended at once:\n%s", s.Kind, s.log())
		default:
		}
		if answers(s.TLS) && answers(s.StartTLS) {
			if text := s.log(); strings.Contains(text, "Failed to open server port") { // Prosody goes on without it
				return fmt.Errorf("%s has no port:\n%s", s.Kind, text)
			}
			return nil
		}
		select {
		case <-ended:
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(until) {
			return fmt.Errorf("%s does not listen:\n%s", s.Kind, s.log())
		}
	}
}

// Kill ends the server as kill -9 does.
func (s *Server) Kill() {
	s.mu.Lock()
	cmd, ended := s.cmd, s.ended
	s.cmd = nil
	s.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // and what it started
	<-ended
}

// User is the name of an account that nobody has yet.
func User(name string) string {
	return name + "-" + strings.ToLower(rand.Text()[:8])
}

func answers(address string) bool {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

func (s *Server) log() string {
	var all []string
	for _, name := range []string{"out.log", "server.log", "logs/ejabberd.log", "logs/error.log"} {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			continue
		}
		if len(text) > 4000 {
			text = text[len(text)-4000:]
		}
		all = append(all, fmt.Sprintf("-- %s\n%s", name, text))
	}
	return strings.Join(all, "\n")
}

func (s *Server) write(t testing.TB, name, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600))
}

func port(address string) string {
	_, p, _ := net.SplitHostPort(address)
	return p
}
