package xmpp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/armonic/armonic/internal/xmpptest"
	"github.com/armonic/armonic/xmpp/session"
)

// attacker is a stranger that sends what it likes to an agent and to its client.
type attacker struct {
	dice    *rand.Rand
	account session.Account
	targets []session.JID // full or bare
	sent    int
}

// run attacks until ctx ends. The server may end the connection whenever it likes.
func (a *attacker) run(ctx context.Context) {
	for ctx.Err() == nil {
		s, err := a.account.Open(ctx)
		if err != nil { // the server is away, or has had enough of us
			xmpptest.Sleep(ctx, 200*time.Millisecond)
			continue
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = s.Serve(func(*session.Element) {})
		}()
		for ctx.Err() == nil && s.Raw(a.stanza(string(s.JID()))) == nil {
			a.sent++
			xmpptest.Sleep(ctx, time.Duration(a.dice.IntN(20))*time.Millisecond)
		}
		s.Close()
		<-ended
	}
}

func (a *attacker) pick(of ...string) string { return of[a.dice.IntN(len(of))] }

// stanza is one that nobody should send.
func (a *attacker) stanza(self string) string {
	to := string(a.targets[a.dice.IntN(len(a.targets))])
	from := a.pick("", "", fmt.Sprintf(" from='%s'", a.pick(self, to, string(a.targets[0]), "xmpp.test", "")))
	head := fmt.Sprintf("to='%s' id='%d'%s", to, a.dice.IntN(1000), from)
	const ours = "xmlns='urn:armonic:agent:1'"
	body := a.pick("", "{}", "[]", "null", "{", xmpptest.StartText, `{"run":"evil","after":-1}`, `{"id":"\u0000"}`,
		strings.Repeat("[", 1+a.dice.IntN(2000)), strings.Repeat("x", a.dice.IntN(60_000)), `{"n":1e999}`)
	body = strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(body)
	switch a.dice.IntN(12) {
	case 0, 1, 2:
		return fmt.Sprintf("<iq type='%s' %s><call %s v='%s' op='%s'>%s</call></iq>", a.pick("set", "get"), head, ours,
			a.pick("1", "0", "999", "-1", ""), a.pick("info", "stacks", "start", "stop", "follow", "history", "nonsense", ""), body)
	case 3:
		return fmt.Sprintf("<iq type='%s' %s><answer %s v='1'>%s</answer></iq>", a.pick("result", "error"), head, ours, body)
	case 4:
		return fmt.Sprintf("<message type='%s' %s><events %s v='1' run='%d'>%s</events></message>",
			a.pick("headline", "normal", "chat", "groupchat", "error"), head, ours, a.dice.IntN(9), body)
	case 5:
		depth := 1 + a.dice.IntN(500)
		return fmt.Sprintf("<%[1]s type='%[2]s' %[3]s>%[4]s%[5]s</%[1]s>", a.pick("iq", "message"), a.pick("set", "chat"), head,
			strings.Repeat("<a>", depth), strings.Repeat("</a>", depth))
	case 6:
		return fmt.Sprintf("<presence %s type='%s'/>", head, a.pick("subscribe", "subscribed", "unsubscribe", "unsubscribed", "probe", "unavailable", "error"))
	case 7:
		return fmt.Sprintf("<presence %s><agent %s versions='%s' host='%s'/></presence>", head, ours, a.pick("1", "x", "99"), a.pick("host1", "*", "a,b", ""))
	case 8:
		return fmt.Sprintf("<iq type='set' %s><query xmlns='jabber:iq:roster'><item jid='%s' subscription='both'/></query></iq>", head, self)
	case 9:
		return fmt.Sprintf("<iq type='set' %s><command xmlns='http://jabber.org/protocol/commands' node='%s' action='%s' sessionid='%d'/></iq>",
			head, a.pick("stacks", "goto", "ping", ""), a.pick("execute", "complete", "cancel", ""), a.dice.IntN(4))
	case 10:
		return fmt.Sprintf("<message %s><x xmlns='jabber:x:conference' jid='evil@logs.xmpp.test'/><body>%s</body></message>", head, body)
	}
	return fmt.Sprintf("<iq type='%s' %s><query xmlns='%s'/></iq>", a.pick("get", "set", "result", "strange"), head,
		a.pick("jabber:iq:version", "urn:xmpp:ping", "http://jabber.org/protocol/disco#info", "jabber:iq:roster", ""))
}
