package format

import (
	"cmp"
	"fmt"
	"time"

	"github.com/armonic/armonic/spec"
)

// Clock says when something was: the time of today, else with the day.
func Clock(now, then time.Time) string {
	now, then = now.Local(), then.Local()
	if y, m, d := now.Date(); then.Year() == y && then.Month() == m && then.Day() == d {
		return then.Format("15:04")
	}
	return then.Format("2 Jan 15:04")
}

// Away says why and since when a host cannot be reached: "offline since 12:03".
func Away(now time.Time, s *spec.HostStatus) string {
	text := cmp.Or(s.Why, map[spec.Link]string{spec.LinkLost: "no answer"}[s.Link], "offline")
	if !s.Since.IsZero() {
		text += " since " + Clock(now, s.Since)
	}
	if s.Link == spec.LinkLost && s.Busy != "" {
		text += ", a call is open"
	}
	return text
}

// For says how long something has lasted, or will: "12 s", "3 min", "2 h".
func For(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// Nth writes "1st", "2nd", "11th".
func Nth(n int) string {
	end := "th"
	if n/10%10 != 1 {
		end = map[int]string{1: "st", 2: "nd", 3: "rd"}[n%10]
	}
	return fmt.Sprintf("%d%s", n, cmp.Or(end, "th"))
}
