package fleet_test

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/fleet"
	"github.com/armonic/armonic/tui/widget"
)

// A host that has another agent than the others, or other modules, is seen in the list.
func TestHostsWithOtherVersionsAreSeen(t *testing.T) {
	l, err := widget.NewLook("none", "unicode")
	if err != nil {
		t.Fatal(err)
	}
	view := func(h spec.Host, version string, bundles ...spec.Bundle) deploy.HostView {
		return deploy.HostView{HostStatus: spec.HostStatus{Host: h, Link: spec.LinkOn, Version: version}, Info: spec.Info{Host: h, Version: version, Bundles: bundles}}
	}
	shop := spec.Bundle{Name: "shop", Used: strings.Repeat("ab", 32)}
	older := spec.Bundle{Name: "shop", Used: strings.Repeat("cd", 32)}
	for name, x := range map[string]struct {
		odd  deploy.HostView
		want string
	}{
		"agent":   {view("web3", "1.1", shop), "other versions: agent 1.1, shop ab"},
		"modules": {view("web3", "1.2", older), "other versions: agent 1.2, shop cd"},
		"same":    {view("web3", "1.2", shop), ""},
	} {
		m := fleet.New(l)
		m.SetConnection(spec.Connection{Up: true})
		m.SetNames(func(r spec.RunID) string { return string(r) })
		m.Set([]deploy.HostView{view("web1", "1.2", shop), view("web2", "1.2", shop), x.odd}, nil, time.Now())
		lines, _ := m.Draw(200, 30)
		text := ansi.Strip(strings.Join(lines, "\n"))
		if n := strings.Count(text, "other versions"); x.want == "" && n > 0 || x.want != "" && (n != 1 || !strings.Contains(text, x.want)) {
			t.Errorf("%s: it is not said, or of all:\n%s", name, text)
		}
	}
}
