package hosttest

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// commands adds what programs of the host tell. They are run as one script, which sh is
// to end if one of them fails.
func (s Snapshot) commands(sh func(script string) string) error {
	const packages = `dpkg-query -W -f '${binary:Package}\t${Version} ${db:Status-Abbrev}${db:Status-Eflag}\n'`
	sources := []struct {
		command string
		read    func(out string) error
	}{
		{packages, s.packages},
		{"apt-mark showmanual", s.marks("manual")},
		{"apt-mark showauto", s.marks("auto")},
		{"apt-mark showhold", s.marks("hold")},
		{"systemctl list-units --all --output=json", s.units},
		{"systemctl list-timers --all --output=json", s.units},
		{"cat /etc/passwd", s.accounts(User)},
		{"cat /etc/group", s.accounts(Group)},
		{"ss -Hlntup", s.sockets},
		{"nft -s list ruleset", s.firewall},
	}
	var script strings.Builder
	for _, c := range sources {
		script.WriteString(c.command + "\nprintf '\\0'\n")
	}
	parts := strings.Split(sh(script.String()), "\x00")
	if len(parts) != len(sources)+1 {
		return fmt.Errorf("%d commands have %d outputs", len(sources), len(parts)-1)
	}
	for i, c := range sources {
		if err := c.read(parts[i]); err != nil {
			return fmt.Errorf("%s: %w", c.command, err)
		}
	}
	return nil
}

// lists is what systemctl told of unit files, by the hash of all that it depends on.
//
//nolint:gochecknoglobals // the same for all hosts
var lists sync.Map

// unitFiles adds the states of unit files. Their list takes systemd longer than all else,
// and comes from files alone, so that it is asked for once while these are the same.
func (s Snapshot) unitFiles(files Snapshot, root string, sh func(script string) string) error {
	from := Snapshot{}
	for _, folder := range []string{"system", "system.attached", "system.control", "system-preset", "transient", "generator", "generator.early", "generator.late"} {
		if err := from.tree(root, "/run/systemd/"+folder, nil); err != nil {
			return err
		}
	}
	for f, is := range files {
		for _, folder := range []string{"/etc/systemd/", "/etc/init.d/", "/etc/rc", "/usr/lib/systemd/", "/usr/local/lib/systemd/"} {
			if strings.HasPrefix(f.Name, folder) {
				from[f] = is
			}
		}
	}
	h := sha256.New()
	for _, f := range slices.SortedFunc(maps.Keys(from), func(a, b Fact) int { return strings.Compare(a.Name, b.Name) }) {
		fmt.Fprintf(h, "%s\x00%s\x00", f.Name, from[f])
	}
	key := string(h.Sum(nil))
	list, ok := lists.Load(key)
	if !ok {
		list = sh("systemctl list-unit-files --output=json")
		lists.Store(key, list)
	}
	return s.units(list.(string))
}

func (s Snapshot) packages(out string) error {
	for line := range strings.Lines(out) {
		name, state, _ := strings.Cut(strings.TrimSpace(line), "\t")
		s[Fact{Package, name}] = state
	}
	return nil
}

func (s Snapshot) marks(mark string) func(string) error {
	return func(out string) error {
		for name := range strings.FieldsSeq(out) {
			f := Fact{Mark, name}
			s[f] = strings.TrimSpace(s[f] + " " + mark)
		}
		return nil
	}
}

func (s Snapshot) accounts(kind Kind) func(string) error {
	return func(out string) error {
		for line := range strings.Lines(out) {
			name, _, _ := strings.Cut(line, ":")
			s[Fact{kind, name}] = strings.TrimSpace(line)
		}
		return nil
	}
}

// units reads what the three lists of systemctl have.
func (s Snapshot) units(out string) error {
	var list []struct {
		Name   string `json:"unit_file"`
		State  string
		Preset *string

		Unit, Load, Active, Sub string
		Activates               *string
	}
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		return err
	}
	for _, u := range list {
		switch {
		case u.Name != "":
			preset := "none"
			if u.Preset != nil {
				preset = *u.Preset
			}
			s[Fact{UnitFile, u.Name}] = u.State + ", preset " + preset
		case u.Activates != nil:
			s[Fact{Timer, u.Unit}] = "starts " + *u.Activates
		case u.Load != "loaded" && u.Active == "inactive":
			s[Fact{Missing, u.Unit}] = u.Load
		default:
			s[Fact{Unit, u.Unit}] = fmt.Sprintf("%s, %s (%s)", u.Load, u.Active, u.Sub)
		}
	}
	return nil
}

// sockets reads lines such as
//
//	tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=92,fd=3))
func (s Snapshot) sockets(out string) error {
	program := regexp.MustCompile(`\("([^"]*)",`)
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			return fmt.Errorf("cannot read %q", line)
		}
		var names []string
		for _, m := range program.FindAllStringSubmatch(line, -1) {
			names = append(names, m[1])
		}
		slices.Sort(names)
		f := Fact{Socket, fields[0] + " " + fields[4]}
		s[f] = strings.TrimSpace(s[f] + " " + strings.Join(slices.Compact(names), " "))
	}
	return nil
}

func (s Snapshot) firewall(out string) error {
	s[Fact{Firewall, "ruleset"}] = strings.TrimSpace(out)
	return nil
}
