package op

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// firewallOperation wants a table of nftables to be loaded, now and after a boot, or not.
type firewallOperation struct {
	name    string
	unit    started
	present bool
}

func firewall() Definition {
	return Definition{
		Name: "firewall", Required: 2,
		Doc: "A table of nftables, of its own: \"inet NAME\". It is checked before anything is changed, and takes effect at once, as a whole, also at boot; tables of others are not touched. " +
			"A packet that another table drops is dropped all the same. A chain that has the line " + view.IncludeListens + " lets in what ctx.host.listens names.",
		Params: []Param{
			{Name: "name", Doc: "Its name: web."},
			{Name: "rules", Doc: "What is in the table: chains, sets and rules, as nft writes them between the braces of a table."},
			{Name: "present", Type: Flag, Default: True, Doc: "False if there is to be no such table."},
		},
		New: func(a Arguments) (Operation, error) {
			name := a["name"]
			o, file := firewallOperation{name: name}, view.NftablesFile(name)
			if o.present, _ = a.flag("present"); !firewallName().MatchString(name) {
				return nil, spec.Errorf(spec.Invalid, "%q is no name of a table", name).WithHint("small letters, digits and _, such as web")
			}
			if err := checkRules(a["rules"]); err != nil && o.present {
				return nil, err
			}
			o.unit = started{files: []fileOperation{{path: file, content: firewallFile(name, a["rules"])}, unitFile("nftables-"+name+".service",
				"[Unit]", "Description=Table "+name+" of the firewall", "DefaultDependencies=no",
				"Wants=network-pre.target", "Before=network-pre.target shutdown.target", "Conflicts=shutdown.target",
				"# It removes all tables when it starts and stops.", "After=nftables.service", "PartOf=nftables.service",
				"", "[Service]", "Type=oneshot", "RemainAfterExit=yes",
				"ExecStart=nft -f "+file, "ExecReload=nft -f "+file, "ExecStop=-nft delete table inet "+name,
				"", "[Install]", "WantedBy=sysinit.target nftables.service")},
				unit: "nftables-" + name, changed: view.Reload}
			return o, nil
		},
	}
}

//nolint:gochecknoglobals // they do not change, and are compiled when they are used first
var firewallName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[a-z][a-z0-9_]{0,30}$`)
})

// firewallFile has nft replace a table in one transaction, whether it is there or not.
func firewallFile(name, rules string) string {
	var body strings.Builder
	for l := range strings.Lines(endLine(rules)) {
		if strings.TrimSpace(l) != "" {
			l = "\t" + l
		}
		body.WriteString(l)
	}
	return "table inet " + name + "\ndelete table inet " + name + "\ntable inet " + name + " {\n" + body.String() + "}\n"
}

// checkRules refuses rules that would end the table, and then do something else.
func checkRules(rules string) error {
	depth, quoted, comment, word := 0, false, false, ""
	for _, r := range strings.ReplaceAll(rules, view.IncludeListens, "") + "\n" {
		switch {
		case r == '\n':
			comment = false
		case comment:
			continue
		case r == '"':
			quoted = !quoted
		case quoted:
			continue
		case r == '#':
			comment = true
		case r == '{':
			depth++
		case r == '}':
			depth--
		}
		if depth < 0 {
			return spec.Errorf(spec.Invalid, "the rules close a brace that they have not opened").WithHint("give what is between the braces of the table alone")
		}
		if r >= 'a' && r <= 'z' {
			word += string(r)
			continue
		}
		if word == "include" {
			return spec.Errorf(spec.Invalid, "the rules include another file").WithHint("write its rules here; only %s may stand there", view.IncludeListens)
		}
		word = ""
	}
	switch {
	case depth != 0 || quoted:
		return spec.Errorf(spec.Invalid, "the rules leave a brace or quotes open")
	case strings.TrimSpace(rules) == "":
		return spec.Errorf(spec.Invalid, "the firewall has no rules")
	}
	return nil
}

// Plan says what would change. The unit loads the table; it may be gone all the same, if
// somebody has removed it since.
func (o firewallOperation) Plan(ctx context.Context, v view.View) ([]Change, error) {
	file, key := view.NftablesFile(o.name), string(view.Nftables)+" "+o.name
	return planSeveral(ctx, v, planning(func(ctx context.Context, v view.View) ([]Change, error) {
		changes, err := o.unit.plan(ctx, v, o.present)
		if i := slices.IndexFunc(changes, func(c Change) bool { return c.Key == file && c.After.Kind == view.File }); i >= 0 {
			changes[i].Validate = []string{"nft", "-c", "-f", file}
		}
		return changes, err
	}), planning(func(_ context.Context, v view.View) ([]Change, error) {
		now, err := v.Get(key)
		after := view.Object{}
		if o.present {
			after = view.NftablesLoaded()
		}
		if err != nil || now == after {
			return nil, err
		}
		return []Change{{Key: key, Before: now, After: after}}, nil
	}))
}
