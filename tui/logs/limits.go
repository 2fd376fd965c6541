package logs

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/armonic/armonic/rollout"
)

// Limits say of which hosts and of what time lines are shown.
type Limits struct {
	Hosts        []string // names, or patterns of them; none is all
	Since, Until time.Time
	Text         string // as they were typed
}

// ParseLimits reads "web* db1 since 12:30 until 10m": hosts, and times of today or how long ago.
func ParseLimits(text string, now time.Time) (Limits, error) {
	out := Limits{Text: strings.Join(strings.Fields(text), " ")}
	words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
	for i := 0; i < len(words); i++ {
		w := words[i]
		if w != "since" && w != "until" {
			if _, err := path.Match(w, ""); err != nil {
				return out, fmt.Errorf("%q is no pattern of hosts", w)
			}
			out.Hosts = append(out.Hosts, w)
			continue
		}
		if i++; i == len(words) {
			return out, fmt.Errorf("%s when? Write 12:30, or 10m for ten minutes ago", w)
		}
		at, err := moment(words[i], now)
		if err != nil {
			return out, err
		}
		if w == "since" {
			out.Since = at
		} else {
			out.Until = at
		}
	}
	return out, nil
}

// moment is a time of the last day, or so long ago.
func moment(s string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, time.Local); err == nil {
			day := now.In(time.Local)
			t = time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.Local)
			if t.After(now) {
				t = t.AddDate(0, 0, -1)
			}
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time: write 12:30, or 10m for ten minutes ago", s)
}

// allow reports whether a line is within the limits.
func (x *Limits) allow(l *rollout.LogLine) bool {
	if !x.Since.IsZero() && l.At.Before(x.Since) || !x.Until.IsZero() && l.At.After(x.Until) {
		return false
	}
	return len(x.Hosts) == 0 || slices.ContainsFunc(x.Hosts, func(p string) bool {
		ok, err := path.Match(p, string(l.Host))
		return ok && err == nil
	})
}

// on reports whether there are any.
func (x *Limits) on() bool { return x.Text != "" }
