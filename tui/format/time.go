package format

import (
	"fmt"
	"time"
)

// Age says how long ago something was.
func Age(now, then time.Time) string {
	if then.IsZero() {
		return None
	}
	d := now.Sub(then)
	switch {
	case d < 2*time.Second:
		return "just now"
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", int(d.Hours()))
	}
	return fmt.Sprintf("%dd ago", int(d.Hours()/24))
}

// Took says how long something took.
func Took(d time.Duration) string {
	switch {
	case d < 0:
		return "0.0s"
	case d < time.Minute:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// Short says a time in as few letters as it can be told by: "41s", "1m18", "12m", "3h", "40d".
func Short(d time.Duration) string {
	two := func(big, small time.Duration, unit string, digits int) string {
		out := fmt.Sprintf("%d%s", d/big, unit)
		if rest := d % big / small; rest > 0 && d < 10*big {
			out += fmt.Sprintf("%0*d", digits, rest)
		}
		return out
	}
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return two(time.Minute, time.Second, "m", 2)
	case d < 48*time.Hour:
		return two(time.Hour, time.Minute, "h", 2)
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

// Between is how long a thing took that may not have ended, or "".
func Between(start, end, now time.Time) string {
	if start.IsZero() {
		return ""
	}
	if end.IsZero() {
		end = now
	}
	return Took(end.Sub(start))
}

// Ago says in a few letters how long ago something was: "now", "12m", "3h", "40d".
func Ago(now, then time.Time) string {
	if then.IsZero() {
		return None
	}
	switch d := now.Sub(then); {
	case d < time.Minute:
		return "now"
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	default:
		return fmt.Sprintf("%dd", int(d.Hours()/24))
	}
}
