package resolver

import (
	"fmt"
	"strings"

	"github.com/armonic/armonic/spec"
)

// host reads one host of an answer; kind and text say what is wrong with it.
func (b *builder) host(x any, reach bool) (h spec.Host, kind spec.Kind, why string) {
	if h, ok := x.(spec.Host); ok {
		x = string(h)
	}
	s, err := hostVariable().Convert(x)
	if err != nil {
		return "", spec.Invalid, err.Error()
	}
	h = spec.Host(s.(string))
	if reach {
		if kind, why := b.unreachable(h); why != "" {
			return "", kind, why
		}
	}
	return h, "", ""
}

func (b *builder) unreachable(h spec.Host) (spec.Kind, string) {
	f, ok := b.facts.Hosts[h]
	switch {
	case !ok:
		return spec.NotFound, fmt.Sprintf("there is no host %q", string(h))
	case !f.Online && f.Why != "":
		return spec.Unavailable, fmt.Sprintf("%s cannot be reached: %s", h, f.Why)
	case !f.Online:
		return spec.Unavailable, fmt.Sprintf("%s cannot be reached", h)
	}
	return "", ""
}

func (b *builder) knownHosts() string {
	const most = 8
	var names []string
	for i, h := range b.hosts {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(b.hosts)-most))
			break
		}
		names = append(names, string(h))
	}
	if len(names) == 0 {
		return "no host is known"
	}
	return "the hosts are " + strings.Join(names, ", ")
}

// hostOptions lists all hosts with what is known of them for a pattern. Questions
// with the same pattern share the list.
func (b *builder) hostOptions(p spec.Pattern) []Option {
	if out, ok := b.options[p]; ok {
		return out
	}
	out := make([]Option, 0, len(b.hosts))
	for _, h := range b.hosts {
		o := Option{Value: h}
		f := b.facts.Hosts[h]
		if !f.Online {
			o.Disabled, o.Note = true, f.Why
			if o.Note == "" {
				o.Note = "no agent"
			}
		} else if learned, ok := b.fact(Need{Kind: NeedProvides, Host: h, Pattern: p, Optional: true}); ok {
			switch {
			case learned.Err != nil:
				o.Disabled, o.Note = true, learned.Err.Msg
			case len(learned.Provides) == 0:
				o.Disabled, o.Note = true, "offers nothing that matches "+string(p)
			}
		}
		out = append(out, o)
	}
	b.options[p] = out
	return out
}

// nowhere says why no host offers what a pattern means, host by host; "" if one may.
func nowhere(p spec.Pattern, opts []Option) string {
	const most = 8
	var why []string
	for i, o := range opts {
		switch {
		case !o.Disabled:
			return ""
		case i < most:
			why = append(why, fmt.Sprintf("%v: %s", o.Value, o.Note))
		case i == most:
			why = append(why, fmt.Sprintf("and %d more", len(opts)-most))
		}
	}
	if len(why) == 0 {
		why = append(why, "no host is known")
	}
	return fmt.Sprintf("no host offers %s (%s)", p, strings.Join(why, "; "))
}

// onlyOption is the value of the one option that can be chosen, nil if there are
// more or none.
func onlyOption(opts []Option) any {
	var only any
	for _, o := range opts {
		if o.Disabled {
			continue
		}
		if only != nil {
			return nil
		}
		only = o.Value
	}
	return only
}
