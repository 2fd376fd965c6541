//nolint:thelper // the functions given to inFleet are tests themselves
package roster_test

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// master is the fleet of a master whose server is the test, in a bubble.
type master struct {
	*roster.Fleet
	log  bytes.Buffer
	conn net.Conn

	mu   sync.Mutex
	said []string // what the client sent, but for questions
	mute string   // the domain, or a part of the addresses, that answers no pings; "" is none
}

const approved = "<group>armonic: approved</group>"

type sent struct {
	XMLName xml.Name
	ID      string `xml:"id,attr"`
	To      string `xml:"to,attr"`
	Type    string `xml:"type,attr"`
	Inner   string `xml:",innerxml"`
}

// inFleet runs a test with a fleet whose roster has items. Accounts of the domain xmpp.test
// may join, and web1 is vouched for. Agents that are not online left so many seconds ago.
func inFleet(t *testing.T, items string, seconds int, test func(t *testing.T, m *master)) {
	t.Helper()
	inFleetSeen(t, items, seconds, time.Time{}, "", test)
}

// inFleetSeen is inFleet, of which all hosts were known before, at a time, and lost in a run unless it is "".
func inFleetSeen(t *testing.T, items string, seconds int, seen time.Time, lost spec.RunID, test func(t *testing.T, m *master)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &master{}
		ours, theirs := net.Pipe()
		m.conn = theirs
		var once sync.Once
		k := session.NewConnector(func(ctx context.Context) (s *session.Session, err error) {
			once.Do(func() { s = session.Over(ours, "master@xmpp.test/x", nil) })
			if s == nil {
				<-ctx.Done()
				err = ctx.Err()
			}
			return s, err
		})
		m.Fleet = roster.NewFleet(k, roster.Config{
			Approve: func(who session.JID) bool { return who.Domain() == "xmpp.test" },
			Vouched: func(_ *session.Session, who session.JID) bool { return who.Local() == "web1" },
			Seen:    func(session.JID) (time.Time, spec.RunID) { return seen, lost },
			Logger:  slog.New(slog.NewTextHandler(&m.log, nil)),
		})
		var work sync.WaitGroup
		work.Go(func() {
			d := xml.NewDecoder(theirs)
			for {
				var e sent
				if d.Decode(&e) != nil {
					return
				}
				answer := ""
				m.mu.Lock()
				mute := m.mute != "" && strings.Contains(e.To, m.mute) && strings.Contains(e.Inner, "urn:xmpp:ping")
				m.mu.Unlock()
				switch {
				case mute:
					continue
				case e.Type != "get":
					m.mu.Lock()
					m.said = append(m.said, fmt.Sprintf("%s %s %s %s", e.XMLName.Local, e.Type, e.To, e.Inner))
					m.mu.Unlock()
					continue
				case strings.Contains(e.Inner, "jabber:iq:roster"):
					answer = "<query xmlns='jabber:iq:roster'>" + items + "</query>"
				case strings.Contains(e.Inner, "jabber:iq:last"):
					answer = fmt.Sprintf("<query xmlns='jabber:iq:last' seconds='%d'>%s</query>", seconds, map[bool]string{true: "armonic: stopped"}[strings.HasPrefix(e.To, "stopped@")])
				}
				m.tell("<iq type='result' id='%s' from='%s'>%s</iq>", e.ID, e.To, answer)
			}
		})
		k.Start(session.Hooks{
			Up: func(s *session.Session) {
				m.Up()
				work.Go(func() {
					m.Load(context.Background(), s)
					m.CheckLinks(context.Background(), s)
				})
			},
			Stanza: func(s *session.Session, e *session.Element) {
				if e.Local == "presence" {
					m.Presence(s, e)
				} else if roster.IsPush(e) {
					m.Push(e)
				}
			},
			Down: func(*session.Session, error) { m.Down() },
		})
		if err := m.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		test(t, m)
		_, _ = io.WriteString(theirs, "</stream:stream>")
		theirs.Close()
		k.Close()
		work.Wait()
	})
}

// tell has the server say something, and waits until nothing happens any more.
func (m *master) tell(format string, args ...any) {
	fmt.Fprintf(m.conn, format, args...)
}

// heard gives what the client sent since the last time.
func (m *master) heard() string {
	synctest.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	text := strings.Join(m.said, "\n")
	m.said = nil
	return text
}

func (m *master) asks(who string) string {
	m.heard()
	m.tell("<presence type='subscribe' from='%s'/>", who)
	return m.heard()
}

func (m *master) push(item string) {
	m.tell("<iq type='set' id='p'><query xmlns='jabber:iq:roster'>%s</query></iq>", item)
	synctest.Wait()
}

// An account whose name no host can have is not taken into the fleet, on no way; one that
// can be taken for a known host only by a person, and is marked.
func TestNamesThatForeignAgentsGiveThemselves(t *testing.T) {
	items := ""
	for _, name := range []string{"db1", "*", "web1,db1", "w\u0435b2", "\u0430\u0441\u0435", "ace"} {
		items += "<item jid='" + name + "@xmpp.test' subscription='both'/>"
	}
	inFleet(t, items, 60, func(t *testing.T, m *master) {
		var got []string
		for _, h := range m.Hosts() {
			got = append(got, fmt.Sprintf("%s like %q", h.Host, h.Like))
		}
		if text := strings.Join(got, ", "); text != `ace like "", db1 like "", `+"\u0430\u0441\u0435"+` like "ace"` {
			t.Errorf("the hosts are %s", text)
		}
		if n := len(m.Unusable()); n != 3 || !strings.Contains(m.log.String(), "*@xmpp.test") || !strings.Contains(m.log.String(), "can be taken for another") {
			t.Errorf("%v are unusable, the log is\n%s", m.Unusable(), m.log.String())
		}
		if said := m.asks("a,b@xmpp.test"); said != "" || len(m.Requests()) != 0 || len(m.Unusable()) != 4 {
			t.Errorf("a,b is answered %q, and asks %v", said, m.Requests())
		}
		if said := m.asks("dbl@xmpp.test"); said != "" || len(m.Requests()) != 1 {
			t.Errorf("dbl is answered %q, and %v ask", said, m.Requests())
		}
		if err := m.Approve("a,b@xmpp.test"); spec.KindOf(err) != spec.Invalid {
			t.Errorf("a,b is approved: %v", err)
		}
		if said := m.asks("web1@xmpp.test"); !strings.Contains(said, "presence subscribed web1@xmpp.test") || strings.Contains(said, "group") {
			t.Errorf("web1 is answered %q", said)
		}
	})
}

// Who joined by itself gets no work until a person approves it, whichever client that is.
func TestWhoJoinedByItselfIsMarked(t *testing.T) {
	inFleet(t, "", 60, func(t *testing.T, m *master) {
		const group = "<group>armonic: joined by itself</group>"
		said := m.asks("db2@xmpp.test")
		if !strings.HasPrefix(said, "iq set ") || !strings.Contains(said, group) || !strings.HasSuffix(said, "presence subscribed db2@xmpp.test \npresence subscribe db2@xmpp.test ") {
			t.Errorf("it is answered %q", said)
		}
		m.push("<item jid='db2@xmpp.test' subscription='both'>" + group + "</item>")
		if h, err := m.Find("db2"); err != nil || !h.Unapproved {
			t.Errorf("db2 is %+v, %v", h, err)
		}
		if err := m.MayWork("db2@xmpp.test/agent"); spec.KindOf(err) != spec.Denied || !strings.Contains(spec.HintOf(err), "armonic approve db2@xmpp.test") {
			t.Errorf("it may work: %v", err)
		}
		if err := m.Approve("db2@xmpp.test"); err != nil {
			t.Error(err)
		}
		if said := m.heard(); !strings.HasPrefix(said, "iq set ") || !strings.Contains(said, approved) {
			t.Errorf("approved, %q is said", said)
		}
		m.push("<item jid='db2\\40xmpp.test@notes.armonic.invalid' subscription='none'>" + approved + "</item>")
		if err := m.MayWork("db2@xmpp.test/agent"); err != nil {
			t.Error(err)
		}
	})
}

// Who is approved before it asks is let in when it does, and may work.
func TestWhoIsApprovedBeforeItAsks(t *testing.T) {
	inFleet(t, "<item jid='a\\40other.test@notes.armonic.invalid' subscription='none'>"+approved+"</item>", 60, func(t *testing.T, m *master) {
		if said := m.asks("a@other.test"); said != "presence subscribed a@other.test \npresence subscribe a@other.test " {
			t.Errorf("it is answered %q", said)
		}
	})
}

// Who was forgotten is not let in again by itself.
func TestWhoIsForgottenHasToBeApproved(t *testing.T) {
	inFleet(t, "<item jid='web1@xmpp.test' subscription='both'/>", 60, func(t *testing.T, m *master) {
		m.heard()
		if err := m.Remove("web1@xmpp.test"); err != nil {
			t.Error(err)
		}
		const group = "<group>armonic: forgotten</group>"
		if said := m.heard(); !strings.Contains(said, group) || !strings.HasSuffix(said, "presence unsubscribe web1@xmpp.test \npresence unsubscribed web1@xmpp.test ") {
			t.Errorf("forgotten, %q is said", said)
		}
		m.push("<item jid='web1\\40xmpp.test@notes.armonic.invalid' subscription='none'>" + group + "</item>")
		m.push("<item jid='web1@xmpp.test' subscription='none'/>")
		if n := len(m.Hosts()); n != 0 {
			t.Errorf("there are %d hosts", n)
		}
		if said := m.asks("web1@xmpp.test"); said != "" || len(m.Requests()) != 1 {
			t.Errorf("it is answered %q, and %v ask", said, m.Requests())
		}
		if err := m.Approve("web1@xmpp.test"); err != nil {
			t.Error(err)
		}
		if said := m.heard(); !strings.HasPrefix(said, "iq set ") || !strings.Contains(said, approved) || !strings.Contains(said, "presence subscribed web1@xmpp.test") {
			t.Errorf("approved, %q is said", said)
		}
	})
}

// A client that ended after it let an agent see it, and before it asked to see the agent,
// leaves a roster that the next one completes.
func TestARosterThatWasLeftHalfwayIsCompleted(t *testing.T) {
	items := "<item jid='web1@xmpp.test' subscription='from'/><item jid='web2@xmpp.test' subscription='from' ask='subscribe'/>" +
		"<item jid='web3@xmpp.test' subscription='from'/><item jid='web3\\40xmpp.test@notes.armonic.invalid' subscription='none'><group>armonic: forgotten</group></item><item jid='web4@xmpp.test' subscription='both'/>"
	inFleet(t, items, 60, func(t *testing.T, m *master) {
		said := m.heard()
		for who, want := range map[string]bool{"web1": true, "web2": true, "web3": false, "web4": false} {
			if strings.Contains(said, "presence subscribe "+who+"@") != want {
				t.Errorf("%s: %s", who, said)
			}
		}
	})
}

// A server that was started a moment ago does not know since when an agent is offline, and one
// that was killed knows of a time before the last; then it is what was known of it last.
func TestSinceWhenAnAgentIsOffline(t *testing.T) {
	start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // of time in a bubble
	for _, tt := range []struct{ server, seen, want time.Duration }{
		{0, 0, 0}, {0, time.Hour, time.Hour}, {2 * time.Hour, time.Hour, time.Hour}, {time.Hour, 2 * time.Hour, time.Hour}, {time.Hour, 0, time.Hour},
	} {
		seen := time.Time{}
		if tt.seen > 0 {
			seen = start.Add(-tt.seen)
		}
		inFleetSeen(t, "<item jid='web1@xmpp.test' subscription='both'/>", int(tt.server.Seconds()), seen, "", func(t *testing.T, m *master) {
			since := m.Hosts()[0].Since
			if tt.want == 0 && !since.IsZero() || tt.want != 0 && start.Sub(since).Round(time.Minute) != tt.want {
				t.Errorf("the server says %s ago, it was seen %s ago, and web1 is offline since %v", tt.server, tt.seen, since)
			}
			if away := m.AwaySince("web1@xmpp.test/agent"); !away.Equal(since) {
				t.Errorf("a call says since %v", away)
			}
		})
	}
}

// A client that is started when the agent has vanished in a run knows that it is lost. It
// is off if it said that it was stopped, or was there for long after it was seen at work.
func TestLostBeforeTheClientWas(t *testing.T) {
	midnight := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // now
	for _, c := range []struct {
		who  string
		seen time.Time
		want string
	}{
		{"web1", midnight.Add(-2 * time.Minute), "lost r1"},
		{"stopped", midnight.Add(-2 * time.Minute), "off "},
		{"web1", midnight.Add(-2 * time.Hour), "off "},
	} {
		inFleetSeen(t, "<item jid='"+c.who+"@xmpp.test' subscription='both'/>", 60, c.seen, "r1", func(t *testing.T, m *master) {
			if h := m.Hosts()[0]; string(h.Link)+" "+string(h.Busy) != c.want {
				t.Errorf("%s, seen at work at %s, is %+v, want %s", c.who, c.seen, h, c.want)
			}
		})
	}
}
