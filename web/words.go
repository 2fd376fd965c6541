package web

import (
	"fmt"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/rollout"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// words are the functions of templates.
func words() template.FuncMap {
	return template.FuncMap{
		"value": text, "pairs": func(m map[string]any) []string { return style().Pairs(m) }, "inputs": inputs,
		"ago": ago, "took": took, "status": status, "link": link, "count": spec.Count, "diff": diffLines, "names": names, "joined": text,
		"fault":     func(e *spec.Error) fault { return asFault(e) },
		"inputText": value.Input, "assets": assets, "inc": func(n int) int { return n + 1 }, "tab": func(name, to, text, here string) tab { return tab{to, text, name == here} }, "standing": standing,
		"newest": func(a []spec.Applied) []spec.Applied { a = slices.Clone(a); slices.Reverse(a); return a },
		"iso":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"at":     func(t time.Time) string { return t.Local().Format("15:04:05") },
	}
}

func style() value.Style {
	return value.Style{None: "none", EmptyText: `""`, Left: "[", Right: "]", Names: ", ", Secret: "••••••",
		AtRunTime: func(value.Deferred) string { return "known when it runs" }}
}

// text writes a value for a person. Secrets stay hidden.
func text(x any) string { return style().Text(x) }

func inputs(in spec.Inputs) []string {
	var out []string
	for req, sets := range in {
		for i, set := range sets {
			for _, p := range style().Pairs(set) {
				out = append(out, spec.Indexed(req, i)+"."+p)
			}
		}
	}
	slices.Sort(out)
	return out
}

// ago says how long ago something was.
func ago(now, then time.Time) string {
	switch d := now.Sub(then); {
	case then.IsZero():
		return "at an unknown time"
	case d < 2*time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%d s ago", int(d.Seconds()))
	default:
		return took(d) + " ago"
	}
}

// took says how long something took.
func took(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", max(d, 0).Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// tab is a part of the navigation.
type tab struct {
	To, Text string
	Current  bool
}

// sign is a state as pages show it: a mark, a word, and a class for its colour.
type sign struct{ Mark, Word, Class string }

// standing is the sign of a deployment that stands as a word says.
func standing(word string) sign {
	switch word {
	case "done", "rolled back":
		return sign{"✓", word, "good"}
	case "failed":
		return sign{"✗", word, "bad"}
	case "running", "is rolled back":
		return sign{"▶", word, "busy"}
	}
	return sign{"■", word, "warn"}
}

// status is the sign of a task or step.
func status(s rollout.TaskStatus) sign {
	switch s {
	case rollout.Running:
		return sign{"▶", "running", "busy"}
	case rollout.Done:
		return sign{"✓", "done", "good"}
	case rollout.FailedTask:
		return sign{"✗", "failed", "bad"}
	case rollout.LostTask:
		return sign{"?", "lost", "bad"}
	case rollout.Held:
		return sign{"‖", "held", "warn"}
	case rollout.Stopped:
		return sign{"■", "stopped", "warn"}
	case rollout.SkippedTask:
		return sign{"–", "skipped", "dim"}
	case rollout.Waiting, rollout.Dropped:
	}
	return sign{"·", "waiting", "dim"}
}

// link is the sign of a host's link.
func link(s spec.Link) sign {
	switch s {
	case spec.LinkOn:
		return sign{"●", "online", "good"}
	case spec.LinkLost:
		return sign{"?", "lost", "bad"}
	case spec.LinkOff:
	}
	return sign{"○", "offline", "dim"}
}

// line is one of a difference.
type line struct{ Class, Text string }

func diffLines(diff string) []line {
	var out []line
	for l := range strings.Lines(diff) {
		l = strings.TrimRight(l, "\r\n")
		switch {
		case strings.HasPrefix(l, "+"):
			out = append(out, line{"plus", l})
		case strings.HasPrefix(l, "-"):
			out = append(out, line{"minus", l})
		case strings.HasPrefix(l, "@"):
			out = append(out, line{"dim", l})
		default:
			out = append(out, line{"", l})
		}
	}
	return out
}

// names lists hosts, of many the first.
func names(hosts []spec.Host) string {
	const most = 8
	if len(hosts) <= most+1 {
		return joined(hosts)
	}
	return fmt.Sprintf("%s and %d more", joined(hosts[:most]), len(hosts)-most)
}

func joined[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, n := range names {
		texts[i] = string(n)
	}
	return strings.Join(texts, ", ")
}
