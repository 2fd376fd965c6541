//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package xmpp_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// counted counts what a connection reads.
type counted struct {
	net.Conn
	bytes *atomic.Int64
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.bytes.Add(int64(n))
	return n, err
}

// Ten thousand calls that are not to be answered, or not by so few, cost an agent
// nothing but reading them: it serves its master meanwhile, and stays connected.
func TestFloods(t *testing.T) {
	const floods, calls = 4, 2500
	for who, listed := range map[string]bool{"strangers": false, "an observer": true} {
		t.Run(who, func(t *testing.T) {
			xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
				server := xmpptest.Start(t, k)
				service := xmpptest.Serve(t)
				defer service.Close()
				log := &xmpptest.Log{}
				agent, master, noisy := xmpptest.Account(server, "host1"), xmpptest.Account(server, "master"), xmpptest.Account(server, "noisy")
				agent.Resource = roster.Resource
				var read atomic.Int64
				agent.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
					c, err := (&net.Dialer{}).DialContext(ctx, network, address)
					return counted{c, &read}, err
				}
				masters := access.Masters{master.JID: access.Deploy}
				if listed {
					masters[noisy.JID] = access.Observe
				}
				r := xmpp.NewResponder(xmpp.ResponderConfig{Open: agent.Open, Agent: service, Masters: masters, Logger: slog.New(slog.NewTextHandler(log, nil))})
				defer r.Close()
				first, err := r.Connector().Wait(t.Context(), false)
				if err != nil {
					t.Fatal(err)
				}
				c := xmpp.NewClient(xmpp.ClientConfig{Open: master.Open})
				defer c.Close()
				if err := c.Ready(t.Context()); err != nil {
					t.Fatal(err)
				}
				var from []xmpptest.Raw
				for range floods {
					from = append(from, xmpptest.ConnectRaw(t, noisy))
				}
				to := agent.JID.With(roster.Resource)
				call := func(i int) *session.Element {
					e := xmpptest.Call("start", xmpptest.StartText)
					if listed {
						e = xmpptest.Call("info", "{}")
					}
					return session.Stanza("iq", "type", "set", "id", fmt.Sprint(i), "to", string(to)).Add(e)
				}
				size := int64(len(call(0).String()))
				before, began := read.Load(), time.Now()
				var flood sync.WaitGroup
				for _, f := range from {
					flood.Go(func() {
						for i := range calls {
							if err := f.Send(call(i)); err != nil {
								t.Error(err)
								return
							}
						}
					})
				}
				over := make(chan time.Duration, 1)
				go func() {
					flood.Wait()
					for read.Load()-before < floods*calls*size && time.Since(began) < 30*time.Second {
						xmpptest.Sleep(t.Context(), time.Millisecond)
					}
					over <- time.Since(began)
				}()
				waits := served(t, c.AgentOf(agent.JID), over)
				took := <-over
				t.Logf("%d calls reached the agent in %s; the master made %d calls, which took %s at most", floods*calls, took, len(waits), slices.Max(waits))
				if slices.Max(waits) > 3*took+10*time.Second { // the server deals with what came before, and answers that
					t.Error("the master had to wait")
				}
				if now := r.Connector().Status().Session; now != first {
					t.Errorf("the agent lost its connection: %v", r.Connector().Status().Err)
				}
				if !listed {
					allRefused(t, from[0], to, log, floods*calls)
				}
			})
		})
	}
}

// served makes calls, and a run, until there is something in over; it stays there.
func served(t *testing.T, a spec.Agent, over chan time.Duration) (waits []time.Duration) {
	t.Helper()
	end := make(chan error, 1)
	go func() {
		err := a.Start(t.Context(), xmpptest.Count("r1", 60))
		if err == nil {
			err = xmpptest.Told(t.Context(), a, "r1", 65)
		}
		end <- err
	}()
	for len(over) == 0 || len(waits) < 5 {
		began := time.Now()
		if _, err := a.Info(t.Context()); err != nil {
			t.Errorf("the master is told %v", err)
		}
		waits = append(waits, time.Since(began))
		xmpptest.Sleep(t.Context(), time.Millisecond)
	}
	if err := <-end; err != nil {
		t.Errorf("the master's run: %v", err)
	}
	return waits
}

// allRefused checks that the log accounts for all calls of strangers, in few lines.
func allRefused(t *testing.T, stranger xmpptest.Raw, to session.JID, log *xmpptest.Log, calls int) {
	t.Helper()
	for told := "nothing"; told != "forbidden"; calls++ {
		// What was not answered is told of in the next second; until all has arrived, this
		// one may not be answered either.
		xmpptest.Sleep(t.Context(), 1100*time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		_, err := stranger.Call(ctx, "set", to, xmpptest.Call("info", "{}"))
		if told = xmpptest.Condition(err); told != "forbidden" && ctx.Err() == nil {
			t.Fatalf("afterwards it is told %v", err)
		}
		cancel()
	}
	total, n := 0, 0
	for _, m := range regexp.MustCompile(`msg=refused .*what="urn:armonic:agent:1 \w+" unanswered=(\d+)`).FindAllStringSubmatch(log.String(), -1) {
		unanswered, _ := strconv.Atoi(m[1])
		total, n = total+1+unanswered, n+1
	}
	if total != calls || n > 800 {
		t.Errorf("the log tells of %d calls in %d lines", total, n)
	}
}
