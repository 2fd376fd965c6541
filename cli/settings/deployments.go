package settings

import (
	"net/url"
	"path/filepath"

	"github.com/armonic/armonic/rollout"
)

// Deployments is where the logs of deployments are kept: with the operator's state. It is nil
// for the demo, whose hosts are gone when the program ends.
func (g *Global) Deployments() *rollout.Store {
	if g.Kept != nil {
		return g.Kept
	}
	if g.Demo || g.Fleet != nil {
		return nil
	}
	return rollout.NewStore(filepath.Join(g.OperatorState(), "deployments"), g.Keys())
}

// DeploymentsOf is where those of an account are kept that uses this program through a browser.
func (g *Global) DeploymentsOf(account string) *rollout.Store {
	return rollout.NewStore(filepath.Join(g.OperatorState(), "web", url.PathEscape(account), "deployments"), g.Keys())
}
