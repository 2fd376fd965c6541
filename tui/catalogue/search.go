package catalogue

import (
	"slices"
	"strings"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/format"
	"github.com/armonic/armonic/tui/widget"
)

// entry is something that can be found.
type entry struct {
	id      string
	offer   *deploy.Offer
	on      []spec.Host // of an offer: where it is to be deployed, if that was typed or chosen
	run     *Run
	command *CommandRow
	host    spec.Host
	state   spec.Path
	note    string

	name string // what it is called: what begins with a word that was typed comes first
	text string // all else by which it is found
	rank int
}

func (e *entry) pattern() spec.Pattern {
	if e.offer == nil {
		return ""
	}
	return e.offer.Pattern
}

// kind is a part of the list. Its letter and a colon narrow the list to it.
type kind struct {
	head, letter string
	all          func(m *Model) []*entry
	typed        bool // it is shown only if something was typed
}

func kinds() []kind {
	return []kind{
		{"OPERATIONS", "o:", (*Model).operations, false},
		{"DEPLOYMENTS", "d:", (*Model).deployments, false},
		{"HOSTS", "h:", (*Model).hostEntries, false},
		{"STATES", "s:", (*Model).states, true},
		{"COMMANDS", ":", (*Model).commandEntries, true},
	}
}

func (m *Model) operations() (out []*entry) {
	for i := range m.offers {
		o := &m.offers[i]
		if slices.ContainsFunc(m.on, func(h spec.Host) bool { return !slices.Contains(o.Hosts, h) }) {
			continue
		}
		out = append(out, &entry{id: "o" + string(o.Pattern), offer: o, on: m.on, name: o.Provide.Name() + " " + o.Provide.Path.Lifecycle(),
			text: string(o.Pattern) + " " + o.Provide.Label + " " + strings.Join(o.Provide.Tags, " ")})
	}
	return out
}

func (m *Model) deployments() (out []*entry) {
	for i := range m.runs {
		r := &m.runs[i]
		out = append(out, &entry{id: "d" + r.ID + r.Name + r.When, run: r, name: r.Name, text: r.Status})
	}
	return out
}

func (m *Model) hostEntries() (out []*entry) {
	for i := range m.hosts {
		v := &m.hosts[i]
		note := format.Services(v)
		if v.Link != spec.LinkOn {
			note = v.Why
		}
		out = append(out, &entry{id: "h" + string(v.Host), host: v.Host, note: note, name: string(v.Host), text: note})
	}
	return out
}

// states are those of the lifecycles, each on the host where most of them are applied.
func (m *Model) states() (out []*entry) {
	at := map[string]*entry{}
	applied := map[string]int{}
	for i := range m.hosts {
		for _, s := range m.hosts[i].Stacks {
			for _, state := range s.States {
				key := s.Path.Lifecycle() + "." + state
				e := at[key]
				if e == nil {
					e = &entry{id: "s" + key, host: m.hosts[i].Host, state: s.Path.Join(state), name: state + " " + s.Path.Lifecycle(), text: key}
					at[key] = e
					out = append(out, e)
				}
				if s.Top() == state && len(s.Applied) > 1 {
					if applied[key]++; applied[key] == 1 {
						e.host, e.state = m.hosts[i].Host, s.Path.Join(state)
					}
				}
			}
		}
	}
	for _, e := range out {
		e.note = "a state; " + spec.Count(applied[e.text], "host is", "hosts are") + " in it"
	}
	return out
}

func (m *Model) commandEntries() (out []*entry) {
	for i := range m.commands {
		c := &m.commands[i]
		out = append(out, &entry{id: ":" + c.Name, command: c, name: c.Name, text: c.Does})
	}
	return out
}

// search finds what matches what was typed: words in any order. The kind with the best comes first.
func (m *Model) search() {
	want := strings.ToLower(strings.TrimSpace(m.filter.Text()))
	only := ""
	for _, k := range kinds() {
		if rest, ok := strings.CutPrefix(want, k.letter); ok {
			only, want = k.letter, strings.TrimSpace(rest)
			break
		}
	}
	words := strings.Fields(want)
	m.found, m.total = m.found[:0], 0
	type part struct {
		head string
		of   []*entry
	}
	var parts []part
	for _, k := range kinds() {
		if len(m.on) > 0 && k.letter != "o:" || only != "" && only != k.letter {
			continue
		}
		all := k.all(m)
		m.total += len(all)
		if k.typed && len(words) == 0 && only == "" {
			continue
		}
		var hits []*entry
		for _, e := range all {
			if m.matches(e, words) {
				hits = append(hits, e)
			}
		}
		if len(words) > 0 {
			slices.SortStableFunc(hits, m.better)
		}
		if len(hits) > 0 {
			parts = append(parts, part{k.head, hits})
		}
	}
	if len(words) > 0 {
		slices.SortStableFunc(parts, func(a, b part) int { return a.of[0].rank - b.of[0].rank })
	}
	m.heads = m.heads[:0]
	for _, p := range parts {
		m.heads = append(m.heads, headAt{len(m.found), p.head})
		m.found = append(m.found, p.of...)
	}
	m.list()
}

// headAt is a heading, and before which of what was found it stands.
type headAt struct {
	at   int
	head string
}

// list shows what was found.
func (m *Model) list() {
	var lines []widget.Line
	for i, e := range m.found {
		for _, h := range m.heads {
			if h.at == i {
				lines = append(lines, widget.Line{Head: h.head})
			}
		}
		lines = append(lines, m.line(e))
	}
	m.table.Set(lines)
}

// better orders what matches: the better match, what was used last, the shorter name.
func (m *Model) better(a, b *entry) int {
	if a.rank != b.rank {
		return a.rank - b.rank
	}
	if a.offer != nil && b.offer != nil {
		if c := m.used(b.offer).Last.Compare(m.used(a.offer).Last); c != 0 {
			return c
		}
	}
	return len(a.name) - len(b.name)
}

// matches ranks an entry by how well it has each of the words: 0 is its very name. A word of an
// operation may be a host that offers it: then it is deployed there.
func (m *Model) matches(e *entry, words []string) bool {
	e.rank = 0
	for _, w := range words {
		r := wordRank(e.name, e.text, w)
		if e.offer != nil && (r < 0 || r >= inside) {
			if on, r := hostsLike(among(e), w); len(on) > 0 {
				e.on = on
				e.rank += r
				continue
			}
		}
		if r < 0 {
			return false
		}
		e.rank += r
	}
	return true
}

// among are the hosts that a word may mean: those that the words before it did not rule out.
func among(e *entry) []spec.Host {
	if len(e.on) > 0 {
		return e.on
	}
	return e.offer.Hosts
}

// How well a word is met.
const (
	exact  = 0
	begins = 1  // the name, or the second part of it
	starts = 4  // a word of the text
	inside = 6  // somewhere in it
	apart  = 12 // its letters in that order
)

func wordRank(name, text, w string) int {
	name, text = strings.ToLower(name), strings.ToLower(text)
	for i, part := range strings.Fields(name) {
		switch {
		case part == w:
			return exact + i
		case strings.HasPrefix(part, w):
			return begins + i
		}
	}
	for _, part := range strings.FieldsFunc(name+" "+text, func(r rune) bool { return strings.ContainsRune(" /._-", r) }) {
		if strings.HasPrefix(part, w) {
			return starts
		}
	}
	if strings.Contains(name+" "+text, w) {
		return inside
	}
	rest := w
	for _, r := range name {
		if rest != "" && strings.HasPrefix(rest, string(r)) {
			rest = rest[len(string(r)):]
		}
	}
	if rest == "" && len(w) > 1 {
		return apart
	}
	return -1
}

// hostsLike are the hosts whose name is a word, or begins with it, and how well that meets it.
func hostsLike(hosts []spec.Host, w string) (out []spec.Host, rank int) {
	for _, h := range hosts {
		if strings.ToLower(string(h)) == w {
			return []spec.Host{h}, begins
		}
		if strings.HasPrefix(strings.ToLower(string(h)), w) {
			out = append(out, h)
		}
	}
	return out, starts
}
