package xmpptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/armonic/armonic/value"
	"github.com/armonic/armonic/xmpp/form"
	"github.com/armonic/armonic/xmpp/session"
	"github.com/armonic/armonic/xmpp/wire"
)

// Raw is a connected account that says what it likes, and hears all.
type Raw struct {
	*session.Session
	Heard chan *session.Element
}

// ConnectRaw connects one until the test ends.
func ConnectRaw(t *testing.T, a session.Account) Raw {
	t.Helper()
	s, err := a.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := Raw{s, make(chan *session.Element, 100)}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(func(e *session.Element) {
			select {
			case r.Heard <- e:
			default:
			}
		})
	}()
	t.Cleanup(func() { s.Close(); <-done })
	return r
}

// Log is a log that can be read while it is written.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// StartText is a run that nobody should start.
const StartText = `{"id":"evil","lifecycle":"Bench","from":["Off"],"steps":[{"action":"enter","state":"Ready"}]}`

// Call is a call of an operation.
func Call(o, text string) *session.Element {
	return session.New(wire.Namespace, "call", "v", "1", "op", o).WithText(text)
}

// Condition is that of a stanza error, or any other error as a text.
func Condition(err error) string {
	if e, ok := errors.AsType[*session.StanzaError](err); ok {
		return e.Condition
	}
	return fmt.Sprint(err)
}

// Command sends one, with values of a form in pairs of name and value.
func Command(node, id, action string, filled ...string) *session.Element {
	e := session.New("http://jabber.org/protocol/commands", "command", "node", node, "sessionid", id, "action", action)
	if filled == nil {
		return e
	}
	x := form.Form{Type: form.Submit}
	for i := 0; i < len(filled); i += 2 {
		x.Fields = append(x.Fields, form.Field{Name: filled[i], Values: []string{filled[i+1]}})
	}
	return e.Add(x.Element())
}

// Encoded is a value as it goes to an agent.
func Encoded(t testing.TB, x any) string {
	t.Helper()
	text, err := value.Encode(x, value.HandOver())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Sleep waits, and not longer than ctx lasts.
func Sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Seed is where the schedules of a test come from: ARMONIC_SEED, or another each time.
func Seed(t *testing.T) uint64 {
	t.Helper()
	s, err := strconv.ParseUint(os.Getenv("ARMONIC_SEED"), 10, 64)
	if err != nil {
		s = rand.Uint64()
	}
	t.Logf("ARMONIC_SEED=%d", s)
	return s
}
