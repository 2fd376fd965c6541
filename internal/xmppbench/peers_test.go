package xmppbench_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/armonic/armonic/agentd"
	"github.com/armonic/armonic/internal/agenttest"
	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// TestMain is the tests, or a process that they have started.
func TestMain(m *testing.M) {
	role := os.Getenv("ARMONIC_BENCH_ROLE")
	if role == "" {
		os.Exit(m.Run())
	}
	p := &peer{server: os.Getenv("ARMONIC_BENCH_SERVER"), ca: os.Getenv("ARMONIC_BENCH_CA")}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if err := p.do(in.Text()); err != nil {
			fmt.Println("error:", err, spec.HintOf(err))
			continue
		}
		fmt.Println("done")
	}
}

// peers is a process with many agents, or other parties, in it.
type peers struct {
	*process
	in  io.Writer
	out *bufio.Reader
}

func newPeers(t testing.TB, f *fleet) *peers {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "ARMONIC_BENCH_ROLE=peers", "ARMONIC_BENCH_SERVER="+f.server.TLS, "ARMONIC_BENCH_CA="+f.server.CAFile)
	in, err := cmd.StdinPipe()
	must(t, err)
	read, write, err := os.Pipe()
	must(t, err)
	cmd.Stdout = write
	p := &peers{in: in, out: bufio.NewReader(read)}
	p.process = launch(t, cmd)
	must(t, write.Close())
	t.Cleanup(func() { read.Close() })
	return p
}

// do has something done, and waits for it.
func (p *peers) do(t testing.TB, format string, args ...any) {
	t.Helper()
	fmt.Fprintf(p.in, format+"\n", args...)
	if line, err := p.out.ReadString('\n'); line != "done\n" {
		t.Fatalf("%s: %s %v", fmt.Sprintf(format, args...), line, err)
	}
}

// peer is such a process from inside.
type peer struct {
	server, ca string
	agents     int
	echoes     int
	client     *xmpp.Client // nil before it is wanted
}

// do is one of
//
//	agents N      N agents are connected, of the lifecycles of the contract suite
//	echoes N TEXT N parties are that answer every iq with TEXT
//	master N      a master sees N agents
func (p *peer) do(line string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	what, rest, _ := strings.Cut(line, " ")
	number, text, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(number)
	if err != nil {
		return err
	}
	var all []*session.Connector
	switch what {
	case "agents":
		for ; p.agents < n; p.agents++ {
			k, err := p.agent(p.agents)
			if err != nil {
				return err
			}
			all = append(all, k)
			if len(all) > 8 { // some at once: servers make accounts slowly
				_, _ = all[len(all)-8].Wait(ctx, true)
			}
		}
	case "echoes":
		for ; p.echoes < n; p.echoes++ {
			all = append(all, p.echo(p.echoes, text))
			if len(all) > 8 {
				_, _ = all[len(all)-8].Wait(ctx, true)
			}
		}
	case "master":
		if p.client == nil {
			p.client = connect(account("master", p.server, p.ca))
		}
		return online(ctx, p.client, n)
	default:
		return fmt.Errorf("cannot do %q", what)
	}
	for _, k := range all {
		if _, err := k.Wait(ctx, true); err != nil {
			return err
		}
	}
	return nil
}

func agentName(i int) string { return fmt.Sprintf("host%d", i) }
func echoName(i int) string  { return fmt.Sprintf("echo%d", i) }

func (p *peer) agent(i int) (*session.Connector, error) {
	s, err := agentd.New(agentd.Config{
		Info: spec.Info{Host: spec.Host(agentName(i)), Address: "192.0.2.11", OS: spec.OS{Name: "debian", Release: "12"},
			Version: "0.4", Load: 0.25, Since: time.Now()},
		Lifecycles: agenttest.Lifecycles(), Store: lifecycle.NewMemory(),
	})
	if err != nil {
		return nil, err
	}
	a := account(agentName(i), p.server, p.ca)
	a.Resource = roster.Resource
	r := xmpp.NewResponder(xmpp.ResponderConfig{Open: a.Open, Agent: s,
		Masters: access.Masters{session.JID("master@" + xmpptest.Domain): access.Deploy}})
	return r.Connector(), nil
}

func (p *peer) echo(i int, text string) *session.Connector {
	a := account(echoName(i), p.server, p.ca)
	a.Resource = roster.Resource
	return answering(a, result(text))
}

// answering is a party that answers every iq, also those of the server, which ends
// sessions that do not.
func answering(a session.Account, with ...*session.Element) *session.Connector {
	return session.Connect(a.Open, session.Hooks{
		Up: func(*session.Session) {},
		Stanza: func(s *session.Session, e *session.Element) {
			if t := e.Type(); e.Local == "iq" && (t == "get" || t == "set") {
				s.Post(session.Answer(e, with...))
			}
		},
		Down: func(*session.Session, error) {},
	})
}
