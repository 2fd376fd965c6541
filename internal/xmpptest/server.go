package xmpptest

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/need"
	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/value"
)

// Domain is what every server serves.
const Domain = "xmpp.test"

// Rooms is the conference service of every server.
const Rooms = "logs." + Domain

// Kind is a make of server.
type Kind string

// The kinds.
const (
	Prosody  Kind = "prosody"
	Ejabberd Kind = "ejabberd"
)

// Kinds are the servers to test with: both in CI, where nothing may be left out, and
// if ARMONIC_SERVERS is "all", as make test-servers has it; else Prosody, which is
// the quicker one.
func Kinds() []Kind {
	if os.Getenv("CI") == "true" || os.Getenv("ARMONIC_SERVERS") == "all" {
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

// WebSocket has the server listen for WebSocket too, over which Account then connects.
func WebSocket(s *Server) { s.web = true }

// Admin has the server set up with an account.
func Admin(name string, password value.Secret) Option {
	return func(s *Server) { s.admin, s.password = name, password }
}

// Listen has the server listen at an address of this machine, where hosts for tests reach it.
func Listen(address string) Option { return func(s *Server) { s.listen = address } }

// Misconfigured has every old text in the configuration replaced by a new one: pairs,
// of which those are left out whose old text is not there.
func Misconfigured(pairs ...string) Option {
	return func(s *Server) { s.change = append(s.change, pairs...) }
}

// Server is a server that runs.
type Server struct {
	Kind     Kind
	TLS      string // address for direct TLS
	StartTLS string // address for STARTTLS
	Web      string // address for HTTPS, "" without the option WebSocket
	CAFile   string

	dir      string
	closed   bool   // no registration
	web      bool   // WebSocket
	listen   string // the address, "" for one that no other server has
	admin    string // the name of an account, "" for none
	password value.Secret
	change   []string // of the configuration: old text, new text, …
	start    []string // the command
	mu       sync.Mutex
	cmd      *exec.Cmd
	ended    chan struct{} // closed when the process has ended
}

// Start runs a server until the test ends. Anybody may register, unless an option
// says otherwise.
func Start(t testing.TB, k Kind, options ...Option) *Server {
	t.Helper()
	s := &Server{Kind: k, dir: filepath.Join(t.TempDir(), "server")}
	s.CAFile = filepath.Join(s.dir, "ca.pem")
	for _, o := range options {
		o(s)
	}
	t.Cleanup(func() {
		s.Kill()
		if t.Failed() {
			t.Logf("the log of the server ends:\n%s", s.log())
		}
	})
	s.configure(t)
	s.Run(t)
	return s
}

// configure has the server set up as operators have it, but for where it listens.
func (s *Server) configure(t testing.TB) {
	t.Helper()
	host := cmp.Or(s.listen, loopback(t))
	free := freeAddresses(t, host, 4)
	s.TLS, s.StartTLS = free[0], free[1]
	o := server.Options{Make: server.Prosody, Domain: Domain, Dir: s.dir, Listen: []string{host}, Years: 1,
		Port: port(t, s.StartTLS), TLSPort: port(t, s.TLS), Inner: free[2], Register: !s.closed,
		Admin: s.admin, Password: s.password}
	if s.web {
		s.Web = free[3]
		o.WebPort = port(t, s.Web)
	}
	config := "prosody.cfg.lua"
	switch s.Kind {
	case Prosody:
		need.Program(t, "prosody")
	case Ejabberd:
		need.Program(t, "/usr/sbin/ejabberdctl")
		o.Make, config = server.Ejabberd, "ejabberd.yml"
	}
	_, err := server.Create(t.Context(), o)
	must(t, err)
	s.start = o.Command()
	if len(s.change) > 0 {
		name := filepath.Join(s.dir, config)
		text, err := os.ReadFile(name)
		must(t, err)
		must(t, os.WriteFile(name, []byte(strings.NewReplacer(s.change...).Replace(string(text))), 0o600))
	}
}

// loopback is an address that no other server has. Between the choice of a port and
// its use is the time that a server takes to start, seconds on a busy machine, in
// which another test may take it.
func loopback(t testing.TB) string {
	t.Helper()
	var b [3]byte
	_, err := rand.Read(b[:])
	must(t, err)
	return fmt.Sprintf("127.%d.%d.%d", 1+b[0]%254, b[1], 1+b[2]%254)
}

// freeAddresses are n at which nobody listens.
func freeAddresses(t testing.TB, host string, n int) []string {
	t.Helper()
	listen := make([]net.Listener, n)
	for i := range listen {
		var err error
		listen[i], err = net.Listen("tcp", net.JoinHostPort(host, "0"))
		must(t, err)
	}
	var all []string
	for _, l := range listen {
		all = append(all, l.Addr().String())
		_ = l.Close()
	}
	return all
}

// startTime is how long a server may take until it listens. ejabberd needs 1.5 s, and
// where it is read from a cold disk, or many start on two processors, half a minute.
const startTime = 2 * time.Minute

// Run starts the server again after Kill, and returns when it can be used.
func (s *Server) Run(t testing.TB) {
	t.Helper()
	if err := s.run(t); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) run(t testing.TB) error {
	t.Helper()
	cmd := exec.Command(s.start[0], s.start[1:]...)
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
	for until := time.Now().Add(startTime); ; {
		select {
		case <-ended:
			return fmt.Errorf("%s ended at once:\n%s", s.Kind, s.log())
		default:
		}
		if answers(s.TLS) && answers(s.StartTLS) && (s.Web == "" || answers(s.Web)) {
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

// Address is where Account connects to: Web if there is one, or else TLS.
func (s *Server) Address() string { return cmp.Or(s.Web, s.TLS) }

// At is what the setting server has to be to reach Address, or what stands before it.
func (s *Server) At(address string) string {
	if s.Web == "" {
		return address
	}
	return "wss://" + address + "/xmpp-websocket"
}

// PID is the process of a server that runs.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cmd.Process.Pid
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
	for _, name := range []string{"out.log", "data/log/ejabberd.log", "data/log/error.log"} {
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

func port(t testing.TB, address string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(address)
	must(t, err)
	n, err := strconv.Atoi(text)
	must(t, err)
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
