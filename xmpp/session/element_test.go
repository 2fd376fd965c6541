package session_test

import (
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/armonic/armonic/xmpp/session"
)

// heard is what arrives of a text that the server sends.
func heard(t *testing.T, text string) *session.Element {
	t.Helper()
	ours, theirs := net.Pipe()
	s := session.Over(ours, "alice@xmpp.test/agent", nil)
	var got *session.Element
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(func(e *session.Element) { got = e })
	}()
	if _, err := theirs.Write([]byte(text)); err != nil {
		t.Error(err)
	}
	theirs.Close()
	<-done
	return got
}

// Texts arrive as they were, and a stanza is hardly larger than its text: servers
// close connections that send larger ones than they take.
func TestTextsInStanzas(t *testing.T) {
	for name, tt := range map[string]struct{ text, as string }{
		"quotes":      {strings.Repeat(`'"`, 1000), ""},
		"markup":      {"<a b='c'>&amp;]]></a>", ""},
		"white space": {" a\tb\r\nc\n ", ""},
		"beyond":      {"☃ 𝄞 \uFFFD", ""},
		"no text":     {"a\x00b\x1b[0m\xff\uFFFE", "a\uFFFDb\uFFFD[0m\uFFFD\uFFFD"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.as == "" {
				tt.as = tt.text
			}
			wire := session.Stanza("message", "id", tt.text).Add(session.New("urn:test", "x").WithText(tt.text)).String()
			got := heard(t, wire)
			if x := got.Kid("urn:test", "x"); x == nil || x.Text != tt.as || got.ID() != tt.as {
				t.Errorf("it arrives as %s", got)
			}
		})
	}
	quotes := strings.Repeat("'", 64<<10)
	if n := len(session.Stanza("message").Add(session.New("urn:test", "x").WithText(quotes)).String()); n > len(quotes)+100 {
		t.Errorf("%d quotes make a stanza of %d bytes", len(quotes), n)
	}
}

// A stanza costs what its size says, however it is made up.
func TestAStanzaOfManyPartsCostsWhatItsSizeSays(t *testing.T) {
	text := "<message>" + strings.Repeat("xxxx<a/>", 120<<10) + "</message>"
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got := heard(t, text)
	runtime.ReadMemStats(&after)
	spent := (after.TotalAlloc - before.TotalAlloc) / uint64(len(text))
	t.Logf("%d bytes of memory a byte", spent)
	if len(got.Text) != 480<<10 || spent > 500 {
		t.Errorf("a text of %d bytes, for %d bytes of memory a byte", len(got.Text), spent)
	}
}
