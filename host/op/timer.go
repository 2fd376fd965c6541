package op

import (
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// timerOperation wants a program to be run at times, or not.
type timerOperation struct {
	name, calendar string
	unit           started
	present        bool
}

func timer() Definition {
	return Definition{
		Name: "timer", Required: 1,
		Doc: "A program that is run at times: a service and a timer of systemd, NAME.service and NAME.timer. journalctl -u NAME has what it prints. It is not run at once.",
		Params: []Param{
			{Name: "name", Doc: "Their name: backup."},
			{Name: "command", Type: Texts, Doc: "The program and its arguments, one element each; without a shell."},
			{Name: "calendar", Doc: "When, as systemd writes it: daily, \"*-*-* 04:30\", \"Mon..Fri 8..18:00/15\"."},
			{Name: "user", Doc: "The user that it runs as, root if not given."},
			{Name: "delay", Doc: "Up to how long it is delayed, by chance, so that not all hosts do it at once: \"15min\"."},
			{Name: "present", Type: Flag, Default: True, Doc: "False if it is to be run no more."},
		},
		New: newTimer,
	}
}

//nolint:gochecknoglobals // they do not change, and are compiled when they are used first
var (
	timerName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[A-Za-z0-9_-]{1,100}$`)
	})
	timerDelay = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[0-9]+ *(s|m|min|h|d)?$`)
	})
)

func newTimer(a Arguments) (Operation, error) {
	o := timerOperation{name: a["name"], calendar: a["calendar"]}
	o.present, _ = a.flag("present")
	switch {
	case !timerName().MatchString(o.name) || strings.HasPrefix(o.name, "-"):
		return nil, spec.Errorf(spec.Invalid, "%q is no name of a timer", o.name).WithHint("letters, digits, _ and -, without .timer")
	case !o.present:
		a = Arguments{"command": "none", "calendar": "none"} // they do not count
	case a["command"] == "":
		return nil, spec.Errorf(spec.Invalid, "the timer %s has no command", o.name)
	case a["calendar"] == "":
		return nil, spec.Errorf(spec.Invalid, "the timer %s has no calendar", o.name).WithHint("such as daily, or *-*-* 04:30")
	case a["delay"] != "" && !timerDelay().MatchString(a["delay"]):
		return nil, spec.Errorf(spec.Invalid, "%q is no time", a["delay"]).WithHint("such as 90s, 15min, 2h")
	}
	if err := checkInUnit("calendar", o.calendar); err != nil {
		return nil, err
	}
	var words []string
	for _, w := range a.list("command") {
		if strings.ContainsFunc(w, func(r rune) bool { return r < ' ' && r != '\t' }) {
			return nil, spec.Errorf(spec.Invalid, "an argument of the timer %s is not on one line", o.name)
		}
		words = append(words, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$").Replace(w)+`"`)
	}
	service := []string{"[Unit]", "Description=" + o.name, "", "[Service]", "Type=oneshot", "ExecStart=" + strings.Join(words, " ")}
	if a["user"] != "" {
		if err := view.CheckAccount(a["user"]); err != nil {
			return nil, err
		}
		service = append(service, "User="+a["user"])
	}
	times := []string{"[Unit]", "Description=When " + o.name + " is run", "", "[Timer]", "OnCalendar=" + inUnit(a["calendar"])}
	if a["delay"] != "" {
		times = append(times, "RandomizedDelaySec="+a["delay"])
	}
	o.unit = started{
		files: []fileOperation{unitFile(o.name+".service", service...), unitFile(o.name+".timer", append(times, "", "[Install]", "WantedBy=timers.target")...)},
		unit:  o.name + ".timer", changed: view.Restart,
	}
	return o, nil
}

// Plan says what would change.
func (o timerOperation) Plan(ctx context.Context, v view.View) ([]Change, error) {
	if o.present {
		for _, f := range []string{o.name + ".service", o.name + ".timer"} {
			if is, err := v.Get("/usr/lib/systemd/system/" + f); err != nil || is.Kind != view.Nothing {
				return nil, spec.Errorf(spec.Conflict, "%s is a unit of a package", f).WithHint("give the timer another name")
			}
		}
		said, err := v.Validate(ctx, []string{"systemd-analyze", "calendar", o.calendar})
		if err != nil && spec.KindOf(err) != spec.Unavailable { // then systemd says it when it is started
			return nil, err
		}
		if said != "" {
			return nil, spec.Errorf(spec.Invalid, "%q is no calendar of systemd: %s", o.calendar, said).WithHint("systemd-analyze calendar says what is one")
		}
	}
	return o.unit.plan(ctx, v, o.present)
}
