package xmpp

import (
	"context"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/access"
	"github.com/armonic/armonic/xmpp/muc"
	"github.com/armonic/armonic/xmpp/roster"
	"github.com/armonic/armonic/xmpp/session"
)

// Names that commands use until they name the packages below themselves.
type (
	Role = access.Role
	Host = roster.Host
)

const (
	Resource = roster.Resource
	Observe  = access.Observe
	Deploy   = access.Deploy
	On       = roster.On
)

// ParseRole is that of access.
func ParseRole(s string) (Role, error) { return access.ParseRole(s) }

// Room is the address of the room of a deployment.
func Room(d spec.DeploymentID, service session.JID) session.JID { return muc.Address(d, service) }

// WatchHosts is Watch.
func (m *Client) WatchHosts() ([]Host, <-chan struct{}) { return m.Watch() }

// Finish is Drain.
func (r *Responder) Finish(ctx context.Context) { r.Drain(ctx) }
