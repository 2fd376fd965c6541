package session_test

import (
	"io"
	"net"
	"reflect"
	"strings"
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// fed gives a session what a server sends, answers a call with it if it can be one,
// and says how the session ended.
func fed(t *testing.T, text string, handle func(*session.Element)) error {
	t.Helper()
	ours, theirs := net.Pipe()
	s := session.Over(ours, "alice@xmpp.test/agent", nil)
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(io.Discard, theirs)
	}()
	called := make(chan error, 1)
	go func() {
		_, err := s.Call(t.Context(), "get", "bob@xmpp.test/x", session.New("urn:test", "x"))
		called <- err
	}()
	done := make(chan error, 1)
	go func() { done <- s.Serve(handle) }()
	_, _ = theirs.Write([]byte(text))
	theirs.Close()
	err := <-done
	<-called
	<-read
	return err
}

// Whatever a server sends, and others through it, the session ends in order, with an
// error of ours; and what was understood is written so that it is understood again.
func FuzzStanza(f *testing.F) {
	for _, text := range []string{"<message/>", "<iq type='get'><a xmlns='b'>c</a></iq>", "<a><b></a></b>", "</stream:stream>", "x",
		"<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>x</text></stream:error>",
		"<enabled xmlns='urn:xmpp:sm:3'/><message/><r xmlns='urn:xmpp:sm:3'/>", "<presence type='unavailable' from='bob@xmpp.test/x'/>",
		"<message a='&#39;&lt;'>&#x1F600; &amp;<!-- no --></message>", "<iq type='error' id='1' from='bob@xmpp.test/x'><error type='x'/></iq>"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var got []*session.Element
		err := fed(t, string(text), func(e *session.Element) { got = append(got, e) })
		if kind := spec.KindOf(err); kind != spec.Unavailable && kind != spec.Conflict {
			t.Errorf("it ended with %v", err)
		}
		for _, e := range got {
			var again *session.Element
			_ = fed(t, e.String(), func(e *session.Element) { again = e })
			if !reflect.DeepEqual(e, again) {
				t.Errorf("%q\nbecame\n%q", e, again)
			}
		}
	})
}

// What one party writes is what the other reads, as far as XML can hold it, and it
// never ends the session.
func FuzzElement(f *testing.F) {
	f.Add("id", "text")
	f.Add("'\"<>&\r\n\t", "]]>\x00\x1b[0m\xff")
	f.Fuzz(func(t *testing.T, value, text string) {
		e := session.Stanza("message", "id", value).Add(session.New("urn:test", "x", "a", value).WithText(text))
		var got *session.Element
		_ = fed(t, e.String()+"<message id='last'/>", func(e *session.Element) {
			if got == nil {
				got = e
			} else if e.ID() != "last" {
				t.Errorf("afterwards comes %s", e)
			}
		})
		x := got.Kid("urn:test", "x")
		if x == nil || x.Text != possible(text) || x.Attr("a") != possible(value) || got.ID() != possible(value) {
			t.Errorf("%q and %q became %s", value, text, got)
		}
	})
}

// possible is what XML can hold of a text.
func possible(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF {
			return '\uFFFD'
		}
		return c
	}, string([]rune(s)))
}
