package deploy

import (
	"strings"

	"github.com/armonic/armonic/spec"
)

// Known says how much of what hosts are asked for is known beforehand.
type Known struct {
	Exact      int // changes that are known exactly
	Changes    int // all that are listed, commands among them
	Unforeseen int // steps that may change more
	Scripts    int // packages whose own scripts may
}

// KnownOf counts it.
func KnownOf(previews []TaskPreview) (k Known) {
	for _, p := range previews {
		for _, s := range p.Steps {
			for _, c := range s.Changes {
				switch {
				case c.Key != "":
					k.Exact++
					k.Changes++
				case strings.HasPrefix(c.What, string(spec.CommandKey)+" "):
					k.Changes++
				}
			}
			if s.Unpredictable {
				k.Unforeseen++
			}
			k.Scripts += s.Scripts()
		}
	}
	return k
}

// More says what may change more than is listed, "" if nothing may.
func (k Known) More() string {
	var who []string
	if k.Unforeseen > 0 {
		who = append(who, spec.Count(k.Unforeseen, "step", "steps"))
	}
	if k.Scripts > 0 {
		who = append(who, "scripts of "+spec.Count(k.Scripts, "package", "packages"))
	}
	if len(who) == 0 {
		return ""
	}
	return strings.Join(who, " and ") + " may change more"
}
