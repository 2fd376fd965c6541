//nolint:thelper // the functions given to xmpptest.Each are tests themselves
package session_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// hooks that only count.
func counting(ups, downs chan<- error) session.Hooks {
	return session.Hooks{
		Up:     func(*session.Session) { ups <- nil },
		Stanza: func(*session.Session, *session.Element) {},
		Down:   func(_ *session.Session, err error) { downs <- err },
	}
}

func TestKeeperTriesLessAndLessOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries []time.Time
		k := session.Connect(func(context.Context) (*session.Session, error) {
			tries = append(tries, time.Now())
			return nil, spec.Errorf(spec.Unavailable, "no server")
		}, counting(nil, nil))
		for range 200 { // an hour, in which the countdown can be seen
			time.Sleep(18 * time.Second)
			synctest.Wait()
			if st := k.Status(); st.Err == nil || time.Until(st.Next) <= 0 || time.Until(st.Next) > 15*time.Second {
				t.Fatalf("after %d tries the next is in %s, because of %v", st.Tries, time.Until(st.Next), st.Err)
			}
		}
		k.Close()
		for i := 2; i < len(tries); i++ {
			pause := tries[i].Sub(tries[i-1])
			want := min(500*time.Millisecond<<min(i-1, 10), 10*time.Second)
			if pause < want/2 || pause > want*3/2 {
				t.Errorf("pause %d is %s, want about %s", i, pause, want)
			}
		}
	})
}

func TestKeeperDoesNotHurryWhereAPersonMustAct(t *testing.T) {
	for _, kind := range []spec.Kind{spec.Denied, spec.Conflict} {
		synctest.Test(t, func(t *testing.T) {
			tries := 0
			k := session.Connect(func(context.Context) (*session.Session, error) {
				tries++
				return nil, spec.Errorf(kind, "no")
			}, counting(nil, nil))
			if _, err := k.Wait(t.Context(), false); spec.KindOf(err) != kind {
				t.Errorf("the impatient are told %v", err)
			}
			time.Sleep(14 * time.Second)
			if synctest.Wait(); tries != 1 {
				t.Errorf("%d tries in 14 s", tries)
			}
			k.Retry()
			if synctest.Wait(); tries != 2 {
				t.Errorf("it does not try when it is told to")
			}
			k.Close()
			if _, err := k.Wait(t.Context(), true); spec.KindOf(err) != spec.Unavailable {
				t.Errorf("after the end, waiting gives %v", err)
			}
		})
	}
}

// A silent link is noticed by the ping: 15 s until it is sent, 5 s without an answer.
func TestSilenceEndsASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		go func() {
			buf := make([]byte, 1024)
			for {
				if _, err := theirs.Read(buf); err != nil {
					return
				}
			}
		}()
		s := session.Over(ours, "alice@xmpp.test/agent", nil)
		began := time.Now()
		err := s.Serve(func(*session.Element) {})
		if took := time.Since(began); took != 20*time.Second || spec.KindOf(err) != spec.Unavailable {
			t.Errorf("it took %s until %v", took, err)
		}
	})
}

// A party that does not read is noticed by the deadline of writing.
func TestAStalledWriteEndsASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := net.Pipe()
		defer theirs.Close()
		s := session.Over(ours, "alice@xmpp.test/agent", nil)
		done := make(chan error)
		go func() { done <- s.Serve(func(*session.Element) {}) }()
		began := time.Now()
		if err := s.Send(session.Stanza("presence")); spec.KindOf(err) != spec.Unavailable {
			t.Errorf("writing gave %v", err)
		}
		if took := time.Since(began); took != 20*time.Second {
			t.Errorf("it took %s", took)
		}
		<-done
	})
}

// Nothing that another party sends ends a session, as long as it is cut right.
func TestOddStanzasCostNothingElse(t *testing.T) {
	ours, theirs := net.Pipe()
	s := session.Over(ours, "alice@xmpp.test/agent", nil)
	got := make(chan *session.Element, 10)
	done := make(chan error, 1)
	go func() {
		defer close(got)
		done <- s.Serve(func(e *session.Element) { got <- e })
	}()
	huge := make([]byte, 3<<20)
	for i := range huge {
		huge[i] = 'x'
	}
	deep := ""
	for range 100 {
		deep += "<a>"
	}
	for range 100 {
		deep += "</a>"
	}
	go func() {
		for _, text := range []string{
			" \n ", "<message><a:b:c/></message>", "<message><p:x/></message>", "<message a='>'/>", `<message a="'>"><b/></message>`,
			"<message>&nothing;</message>", "<message a=1/>", "<message>" + string(huge) + "</message>", "<message>" + deep + "</message>",
			"<message xmlns='other'/>", "<iq type='result' id='x'/>", "<message id='last'/>",
		} {
			if _, err := theirs.Write([]byte(text)); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	last := ""
	for e := range got {
		if last = e.ID(); last == "last" {
			break
		}
	}
	if last != "last" {
		t.Error("the last stanza did not arrive")
	}
	theirs.Close()
	if err := <-done; spec.KindOf(err) != spec.Unavailable {
		t.Error(err)
	}
}

func TestKeeperComesBack(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		proxy := xmpptest.NewProxy(t, server.TLS)
		a := account(server, "alice")
		a.Server, a.Resource = proxy.Address, "agent"
		ups, downs := make(chan error, 10), make(chan error, 10)
		keeper := session.Connect(a.Open, counting(ups, downs))
		defer keeper.Close()
		<-ups
		proxy.Cut()
		if err := <-downs; spec.KindOf(err) != spec.Unavailable {
			t.Error(err)
		}
		<-ups
		proxy.HalfClose()
		<-downs
		<-ups
		server.Kill()
		<-downs
		if _, err := keeper.Wait(t.Context(), false); err == nil {
			t.Error("there is a session without a server")
		}
		server.Run(t)
		keeper.Retry()
		<-ups
		// the same resource, taken by another
		b := a
		b.Register = false
		other := open(t, b, nil)
		if err := <-downs; spec.KindOf(err) != spec.Conflict {
			t.Errorf("another took the place, and it says %v", err)
		}
		st := keeper.Status()
		for st.Next.IsZero() {
			_, changed := keeper.Watch()
			if st = keeper.Status(); st.Next.IsZero() {
				<-changed
			}
		}
		if left := time.Until(st.Next); left < 10*time.Second {
			t.Errorf("the next try is in %s", left)
		}
		other.Close()
	})
}

func TestCloseIsOrderly(t *testing.T) {
	xmpptest.Each(t, func(t *testing.T, k xmpptest.Kind) {
		server := xmpptest.Start(t, k)
		s, err := account(server, "alice").Open(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- s.Serve(func(*session.Element) {}) }()
		if _, err := s.Call(t.Context(), "get", xmpptest.Domain, session.New("urn:xmpp:ping", "ping")); err != nil {
			t.Error(err)
		}
		began := time.Now()
		s.Close()
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %s", took)
		}
		if err := <-done; err == nil || errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
