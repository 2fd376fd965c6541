package actions_test

import (
	"strings"
	"testing"

	"github.com/armonic/armonic/host"
	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// What several calls want alike stays, with all that it is made of, until the last of them is
// taken back; keys are taken out of a file one by one.
func TestWhatSeveralCallsWantAlike(t *testing.T) {
	machine := inMemoryOnly{host.New(""), view.NewMemory()}
	set, err := modules.Config{Machine: machine}.Load(source(map[string]string{"a.star": `
KEYS = {"x": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHEChVCDqMJ9CcHl2XwkfMqEx2Ot1KmY0kvCbwLQ1iR a", "y": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFBa4pW1E2dNWmP1KQGqqU0N9kYvlyV5KeYpvqzEcC2b b"}
def _add(ctx):
    ctx.host.mount("/srv/data", "tmpfs", type = "tmpfs")
    ctx.host.timer("note", command = ["/bin/true"], calendar = "daily")
    ctx.host.firewall("web", "chain c { accept; }")
    ctx.host.sysctl("net.ipv4.ip_forward", "1")
    ctx.host.authorized_key("root", KEYS[ctx.req.s.name])
    ctx.host.database("shared")
    ctx.host.database_user("shop", password = "hunter22", databases = ["shared", ctx.req.s.name])
lifecycle("App", states = [state("Off"), state("On", provides = [provide("add", _add, requires = [require("s", var("name", str))])])])`}))
	if err != nil {
		t.Fatal(err)
	}
	e, err := lifecycle.New(set.Lifecycles[0], lifecycle.Deps{Store: lifecycle.NewMemory(), Me: spec.Info{Host: "h"}})
	if err != nil {
		t.Fatal(err)
	}
	do := func(s spec.Step) {
		t.Helper()
		if lines, err := steps(t, e, spec.ChangedStop, s); err != nil {
			t.Fatalf("%v\n%s", err, strings.Join(lines, "\n"))
		}
	}
	differs := func(from *view.Memory, want ...string) {
		t.Helper()
		if got := strings.Join(from.Changed(machine.system), "\n"); got != strings.Join(want, "\n") {
			t.Errorf("it differs in\n%s", got)
		}
	}
	const keys, user = "/root/.ssh/authorized_keys", "database_user mariadb/shop@localhost"
	do(enter("On"))
	before := machine.system.Copy()
	do(callFor("add", "x", shop))
	one := machine.system.Copy()
	do(callFor("add", "y", wiki))
	differs(one, keys, user)
	do(takeBack("add", shop)) // the first one: what the second one needs is its own now
	differs(one, keys, user)
	if is, _ := machine.system.Get(keys); !strings.HasSuffix(is.Content, " b\n") || strings.Contains(is.Content, " a\n") {
		t.Errorf("the keys are %s", is.Content)
	}
	do(takeBack("add", wiki))
	differs(before)
}
