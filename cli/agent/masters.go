package agent

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/armonic/armonic/cli/connect"
	"github.com/armonic/armonic/cli/output"
	"github.com/armonic/armonic/server"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// askTime bounds what --check asks the server.
const askTime = 5 * time.Second

// checkMasters warns of masters who may have no account yet, where anybody can make one. It says
// nothing if the server cannot be asked.
func (d *command) checkMasters(ctx context.Context) {
	if d.set.Password == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	a, err := connect.Account(ctx, d.set.Connection, d.Streams, nil)
	if err != nil {
		return
	}
	if open, err := server.RegistrationIsOpen(ctx, a); err != nil || !open {
		return
	}
	exists := d.whoExists(ctx, a)
	for _, m := range slices.Sorted(maps.Keys(d.masters)) {
		if !exists[m] {
			output.Printf(d.Err, "warning: anybody can make an account at the server: if %s has none yet, a stranger can make it and command this host. Make it first\n", m)
		}
	}
}

// whoExists are the accounts that the agent is told of, which it is only of those that exist; none
// before it has an account itself.
func (d *command) whoExists(ctx context.Context, a session.Account) map[session.JID]bool {
	a.Register = false // it is only asked
	k := session.Connect(a.Open, session.Hooks{Up: func(*session.Session) {}, Stanza: func(*session.Session, *session.Element) {},
		Down: func(*session.Session, error) {}})
	defer k.Close()
	s, err := k.Wait(ctx, false)
	if err != nil {
		return nil
	}
	exists, err := roster.Visible(ctx, s)
	if err != nil {
		return nil
	}
	return exists
}
