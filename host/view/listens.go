package view

import (
	"regexp"
	"strings"
	"sync"

	"github.com/armonic/armonic/spec"
)

// Listens is the kind of the ports at which a service takes connections: "listens nginx" is
// "tcp 80 443". They are rules in a file, which tables of the firewall include.
const Listens = spec.ObjectListens

// IncludeListens is how a chain of a table includes the rules.
const IncludeListens = `include "` + listensDirectory + `/*.nft"`

const listensDirectory = "/etc/nftables-listens.d"

func listensFile(name string) string { return listensDirectory + "/" + name + ".nft" }

// listensRules are the rules of what listens.
func listensRules(name string, o Object) string {
	var out strings.Builder
	for _, part := range strings.Split(o.Content, ", ") {
		protocol, ports, _ := strings.Cut(part, " ")
		out.WriteString(protocol + " dport { " + strings.ReplaceAll(ports, " ", ", ") + " } accept comment \"" + name + "\"\n")
	}
	return out.String()
}

//nolint:gochecknoglobals // it does not change, and is compiled when it is used first
var listensRule = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^(tcp|udp) dport { ([0-9, ]+) } accept`)
})

// listensObject is what listens by the rules in a file.
func listensObject(name, rules string) Object {
	var parts []string
	for _, m := range listensRule().FindAllStringSubmatch(rules, -1) {
		parts = append(parts, m[1]+" "+strings.ReplaceAll(m[2], ", ", " "))
	}
	o := Object{Kind: Listens, Content: strings.Join(parts, ", ")}
	if listensRules(name, o) != rules {
		o.Content = "rules of somebody else"
	}
	return o
}
