package roster

import (
	"testing"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/xmpp/wire"
)

// A host that uses other modules says something else of itself.
func TestPresenceTellsOfModules(t *testing.T) {
	seen := map[string]bool{}
	for _, bundles := range [][]spec.Bundle{nil, {{Name: "web", Used: "d1"}}, {{Name: "web", Used: "d2"}}, {{Name: "mail", Used: "d1"}}} {
		said := announcement{versions: wire.Ours(), modules: spec.BundlesDigest(bundles)}
		heard, ok := readAnnouncement(said.presence())
		var h host
		h.online("web1@xmpp.test/agent", heard)
		if !ok || h.Modules != said.modules || (h.Modules == "") != (bundles == nil) || seen[h.Modules] {
			t.Errorf("of %v it is heard that they are %q", bundles, h.Modules)
		}
		seen[h.Modules] = true
	}
	if d := spec.BundlesDigest([]spec.Bundle{{Name: "web"}}); d != "" {
		t.Errorf("of a bundle of which none is used, %q is said", d)
	}
}
