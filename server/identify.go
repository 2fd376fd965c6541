package server

import (
	"context"
	"strings"

	"github.com/armonic/armonic/xmpp/session"
)

// identify finds out what server it is.
func (r *Report) identify(ctx context.Context, v *probe) {
	got, err := v.ask(ctx, "get", v.domain, session.New(nsVersion, "query"))
	name := ""
	if err == nil {
		if k := got.Kid(nsVersion, "name"); k != nil {
			name = k.Text
		}
		if k := got.Kid(nsVersion, "version"); k != nil {
			r.Version = k.Text
		}
	} else if info, err := v.ask(ctx, "get", v.domain, session.New(nsInfo, "query")); err == nil {
		name = info.Kid(nsInfo, "identity").Attr("name")
	}
	switch {
	case strings.EqualFold(name, "Prosody"):
		r.Make = Prosody
	case strings.EqualFold(name, "ejabberd"):
		r.Make = Ejabberd
	case name == "":
		r.add("server", Warn, "", "it does not say what it is")
		return
	}
	switch {
	case r.Make == "":
		r.add("server", Warn, "Prosody and ejabberd are those that Armonic is tested with", "%s %s", name, r.Version)
	case err != nil:
		r.add("server", Warn, r.fix(`modules_enabled: "version"`, "mod_version"), "%s, which does not say its version", r.Make)
	default:
		r.add("server", OK, "", "%s %s", r.Make, r.Version)
	}
}
