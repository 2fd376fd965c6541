package tui

import (
	"maps"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/armonic/armonic/deploy"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/tui/deployments"
	"github.com/armonic/armonic/tui/widget"
)

// askOtherHosts asks on which hosts a deployment is planned again, each in the place of another.
func (m *Model) askOtherHosts(x deployments.ReplayOn) {
	if len(x.Hosts) == 0 {
		m.message = "It is not known yet on which hosts it was."
		return
	}
	var pairs []string
	for _, h := range slices.Sorted(slices.Values(x.Hosts)) {
		pairs = append(pairs, string(h)+"="+string(h))
	}
	f := &widget.Field{}
	f.Set(strings.Join(pairs, " "))
	m.open(&popup{title: "The same on other hosts", field: f, enter: "plans it",
		text: []string{"OLD=NEW for each host that is to be another one. Only hosts are changed, no values.", "There are: " + strings.Join(m.hostNames(), " ")},
		done: func(text string) tea.Cmd {
			on, err := m.mapping(text, x.Hosts)
			m.fail("replay", err)
			if err != nil {
				return nil
			}
			return m.replay(x.ID, false, on)
		}})
}

func (m *Model) hostNames() []string {
	out := make([]string, len(m.hosts))
	for i := range m.hosts {
		out[i] = string(m.hosts[i].Host)
	}
	return out
}

// mapping reads OLD=NEW pairs.
func (m *Model) mapping(text string, old []spec.Host) (map[spec.Host]spec.Host, error) {
	on := map[spec.Host]spec.Host{}
	for _, pair := range strings.Fields(text) {
		a, b, ok := strings.Cut(pair, "=")
		switch from, to := spec.Host(a), spec.Host(b); {
		case !ok:
			return nil, spec.Errorf(spec.Invalid, "cannot read %q: a host and the one in its place are written OLD=NEW", pair)
		case !slices.Contains(old, from):
			return nil, spec.Errorf(spec.Invalid, "%s has no part in that deployment", a).WithHint("its hosts are %s", hostsOf(old))
		case m.find(to) < 0:
			return nil, spec.Errorf(spec.NotFound, "there is no host %q", b).WithHint("there are %s", strings.Join(m.hostNames(), " "))
		default:
			on[from] = to
		}
	}
	return on, nil
}

// written are the hosts that are other ones.
func written(on map[spec.Host]spec.Host) string {
	var out []string
	for _, h := range slices.Sorted(maps.Keys(on)) {
		if on[h] != h {
			out = append(out, string(on[h])+" for "+string(h))
		}
	}
	return strings.Join(out, ", ")
}

// askAnswers asks for a file of answers, and plans with them.
func (m *Model) askAnswers() {
	m.open(&popup{title: "Plan with the answers of a file", field: &widget.Field{}, enter: "plans it",
		text: []string{"As w writes it, or armonic deploy --save."},
		done: func(name string) tea.Cmd {
			if name = strings.TrimSpace(name); name == "" {
				return nil
			}
			read, seal := m.cfg.Read, m.cfg.Seal
			return func() tea.Msg {
				text, err := read(name)
				if err != nil {
					return answersRead{err: spec.Errorf(spec.Invalid, "cannot read %s: %v", name, spec.SystemError(err))}
				}
				f, err := deploy.ReadAnswers(text, name, seal)
				return answersRead{f, err}
			}
		}})
}

// answersRead is a file of answers.
type answersRead struct {
	file *deploy.AnswersFile
	err  error
}

func (m *Model) onAnswersRead(x answersRead) tea.Cmd {
	m.fail("answers", x.err)
	if x.err != nil {
		return nil
	}
	return m.takeAnswers("answers", &deployment{answers: x.file})
}
