package server

import (
	"context"
	"slices"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/session"
)

// login logs in, and looks at what only those see who have logged in.
func (r *Report) login(ctx context.Context, a session.Account, rooms string) {
	v, err := newProbe(ctx, a)
	if err != nil {
		fix := spec.HintOf(err)
		r.Unreachable = false
		r.add("login", Fail, fix, "%v", err)
		return
	}
	defer v.leave()
	r.add("login", OK, "", "as %s", v.JID())
	r.identify(ctx, v)
	info, err := v.ask(ctx, "get", v.domain, session.New(nsInfo, "query"))
	if err != nil {
		r.add("disco", Fail, r.fix(`modules_enabled: "disco"`, "mod_disco"), "the server does not say what it can do: %v", err)
	}
	r.offline(v, info)
	r.rooms(ctx, a, v, rooms)
	r.latency(ctx, v)
	r.rate(ctx, v)
	r.size(ctx, v)
}

// offline judges how agents that are gone are noticed and remembered.
func (r *Report) offline(v *probe, info *session.Element) {
	switch {
	case v.Acks() && r.Make == Ejabberd:
		r.add("dead links", OK, "", "acknowledgements are offered (XEP-0198); ejabberd relies on mod_ping with timeout_action: kill, which nobody sees from outside")
	case v.Acks():
		r.add("dead links", OK, "", "acknowledgements are offered (XEP-0198)")
	default:
		r.add("dead links", Warn, r.fix(`modules_enabled: "smacks", and network_settings = { read_timeout = 12 }`, "mod_ping: {send_pings: true, ping_interval: 15, ping_ack_timeout: 10, timeout_action: kill}"),
			"no acknowledgements (XEP-0198): who is gone without a word may be seen as online for long")
	}
	if info != nil && !hasFeature(info, "jabber:iq:last") {
		r.add("last activity", Warn, r.fix(`modules_enabled: "lastactivity"`, "mod_last"), "not offered: since when an agent is offline is known only to who saw it go")
	}
}

func hasFeature(info *session.Element, name string) bool {
	return slices.ContainsFunc(info.Kids, func(k *session.Element) bool { return k.Local == "feature" && k.Attr("var") == name })
}
