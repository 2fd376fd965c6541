package session_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// served is a session over a pipe, in a bubble. The other end is to be closed.
func served(t *testing.T, handle func(*session.Session, *session.Element)) (s *session.Session, theirs net.Conn, done <-chan error) {
	t.Helper()
	ours, theirs := net.Pipe()
	s = session.Over(ours, "alice@xmpp.test/agent", nil)
	ended := make(chan error, 1)
	go func() {
		ended <- s.Serve(func(e *session.Element) {
			if handle != nil {
				handle(s, e)
			}
		})
	}()
	return s, theirs, ended
}

// slowly reads what is written to it at so many bytes in a second, after it has taken
// all of it, and answers pings when it comes to them.
func slowly(theirs net.Conn, rate int) (stop func()) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var buf bytes.Buffer
	more, gone := make(chan struct{}, 1), make(chan struct{})
	wg.Go(func() {
		defer close(gone)
		b := make([]byte, 4096)
		for {
			n, err := theirs.Read(b)
			if err != nil {
				return
			}
			mu.Lock()
			buf.Write(b[:n])
			mu.Unlock()
			select {
			case more <- struct{}{}:
			default:
			}
		}
	})
	wg.Go(func() {
		var text []byte
		for {
			mu.Lock()
			text = append(text, buf.Next(rate)...)
			empty := buf.Len() == 0
			mu.Unlock()
			time.Sleep(time.Second)
			if i := bytes.Index(text, []byte("urn:xmpp:ping")); i >= 0 {
				at := bytes.LastIndex(text[:i], []byte(" id='"))
				id, _, _ := strings.Cut(string(text[at+5:]), "'")
				text = text[i+10:]
				if _, err := fmt.Fprintf(theirs, "<iq type='result' id='%s' from='xmpp.test'/>", id); err != nil {
					return
				}
			}
			if empty {
				select {
				case <-more:
				case <-gone:
					return
				}
			}
		}
	})
	return func() { theirs.Close(); wg.Wait() }
}

// A server that limits the rate at which it reads answers late: that is no reason to
// leave it, and come back with the same to say.
func TestAServerThatReadsSlowlyIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, theirs, done := served(t, nil)
		stop := slowly(theirs, 3000)
		text := strings.Repeat("x", 30_000)
		for range 4 {
			if err := s.Send(session.Stanza("message").Add(session.New("urn:test", "x").WithText(text))); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Second)
		}
		time.Sleep(2 * time.Minute)
		select {
		case err := <-done:
			t.Errorf("the session ended: %v", err)
		default:
		}
		stop()
		<-done
	})
}

// A large stanza may take longer to write than a link that does not move is given.
func TestALargeStanzaMayTakeItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, theirs, done := served(t, nil)
		var wg sync.WaitGroup
		wg.Go(func() {
			b := make([]byte, 1000)
			for {
				time.Sleep(time.Second)
				if _, err := theirs.Read(b); err != nil {
					return
				}
			}
		})
		if err := s.Send(session.Stanza("message").Add(session.New("urn:test", "x").WithText(strings.Repeat("x", 64<<10)))); err != nil {
			t.Error(err)
		}
		theirs.Close()
		wg.Wait()
		<-done
	})
}

// Every byte that arrives is a sign of life, not only whole stanzas.
func TestAStanzaThatArrivesSlowlyIsASignOfLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, theirs, done := served(t, nil)
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		text := "<message>" + strings.Repeat("x", 100) + "</message>"
		for i := range text {
			if _, err := theirs.Write([]byte(text[i : i+1])); err != nil {
				t.Fatalf("after %d s: %v", i, <-done)
			}
			time.Sleep(time.Second)
		}
		theirs.Close()
		<-done
	})
}

// Whoever answers in a handler does not keep the rest from being read while the server
// does not read; what is too much is not kept.
func TestHandlersThatAnswerDoNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handled, kept := 0, 0
		_, theirs, done := served(t, func(s *session.Session, e *session.Element) {
			if handled++; s.Post(session.Answer(e, session.New("urn:test", "x").WithText(strings.Repeat("x", 1000)))) {
				kept++
			}
		})
		began := time.Now()
		for range 10_000 {
			if _, err := theirs.Write([]byte("<iq type='get' id='a' from='eve@xmpp.test/x'><ping xmlns='urn:xmpp:ping'/></iq>")); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if handled != 10_000 || time.Since(began) != 0 || kept > 500 || kept < 200 {
			t.Errorf("%d were handled in %s, %d answers were kept", handled, time.Since(began), kept)
		}
		theirs.Close()
		<-done
	})
}

// A call ends with its context, also while others are writing.
func TestACallDoesNotWaitToWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, theirs, done := served(t, nil)
		go func() { _ = s.Send(session.Stanza("presence")) }() // nobody reads it
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := s.Call(ctx, "get", "", session.New("urn:test", "x"))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		theirs.Close()
		if err := <-done; spec.KindOf(err) != spec.Unavailable {
			t.Error(err)
		}
	})
}

// A silent link is noticed, also one over which much was written.
func TestSilenceAfterMuchWasWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, theirs, done := served(t, nil)
		go func() { _, _ = io.Copy(io.Discard, theirs) }()
		if err := s.Send(session.Stanza("message").Add(session.New("urn:test", "x").WithText(strings.Repeat("x", 200<<10)))); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		err := <-done
		if took := time.Since(began); spec.KindOf(err) != spec.Unavailable || took > 90*time.Second {
			t.Errorf("after %s: %v", took, err)
		}
		theirs.Close()
	})
}
