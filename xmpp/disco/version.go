package disco

import (
	"context"
	"time"

	"github.com/armonic/armonic/xmpp/session"
)

// version says which program this is (XEP-0092).
func (v *Server) version(ctx context.Context) *session.Element {
	info, _ := v.Agent.Info(ctx) // what is not known is not said
	return session.New(Version, "query").Add(
		session.New(Version, "name").WithText("Armonic"),
		session.New(Version, "version").WithText(info.Version),
		session.New(Version, "os").WithText(info.OS.String()))
}

// now says what time it is on the host (XEP-0202).
func now() *session.Element {
	t := time.Now()
	return session.New(Time, "time").Add(
		session.New(Time, "tzo").WithText(t.Format("-07:00")),
		session.New(Time, "utc").WithText(t.UTC().Format("2006-01-02T15:04:05Z")))
}
