package op

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// listensOperation wants it to be known at which ports a service of the host takes connections.
type listensOperation struct{ name, ports string }

func listens() Definition {
	return Definition{
		Name: "listens", Required: 1,
		Doc: "Says at which ports a service of this host takes connections. A table of ctx.host.firewall with the line " + view.IncludeListens + " in a chain lets them in, " +
			"from then on, or from when there is one.",
		Params: []Param{
			{Name: "name", Doc: "What it is called there: nginx."},
			{Name: "tcp", Type: Texts, Doc: "Its ports of TCP: [80, 443]."},
			{Name: "udp", Type: Texts, Doc: "Its ports of UDP."},
		},
		New: func(a Arguments) (Operation, error) {
			o := listensOperation{name: a["name"]}
			if !listensName().MatchString(o.name) {
				return nil, spec.Errorf(spec.Invalid, "%q is no name for what listens", o.name).WithHint("letters, digits, _ and -, such as nginx")
			}
			var parts []string
			for _, protocol := range []string{"tcp", "udp"} {
				ports := a.list(protocol)
				for _, p := range ports {
					if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
						return nil, spec.Errorf(spec.Invalid, "%q is no port", p).WithHint("a whole number from 1 to 65535")
					}
				}
				if len(ports) > 0 {
					parts = append(parts, protocol+" "+strings.Join(ports, " "))
				}
			}
			if len(parts) == 0 {
				return nil, spec.Errorf(spec.Invalid, "%s listens at no port", o.name).WithHint("tcp = [80]")
			}
			o.ports = strings.Join(parts, ", ")
			return o, nil
		},
	}
}

//nolint:gochecknoglobals // they do not change, and are compiled when they are used first
var listensName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,60}$`)
})

// Plan says what would change.
func (o listensOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	key, after := string(view.Listens)+" "+o.name, view.Object{Kind: view.Listens, Content: o.ports}
	now, err := v.Get(key)
	if err != nil || now == after {
		return nil, err
	}
	return []Change{{Key: key, Before: now, After: after}}, nil
}
