package op

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"io/fs"
	"regexp"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// authorizedKeyOperation wants a key to let somebody log in as a user, or not.
type authorizedKeyOperation struct {
	user, key, options string
	present            bool
	path               string // of the file, once that is planned
}

func authorizedKey() Definition {
	return Definition{
		Name: "authorized_key", Required: 2,
		Doc: "A key with which one may log in as a user over ssh: a line in its ~/.ssh/authorized_keys. All other keys stay; one with another comment is the same key.",
		Params: []Param{
			{Name: "user", Doc: "The user, which exists."},
			{Name: "key", Doc: "The public key on one line, as it is in id_ed25519.pub: \"ssh-ed25519 AAAA… ann@laptop\"."},
			{Name: "options", Doc: "What it may be used for: 'from=\"10.0.0.0/8\",no-pty'. If it is not given: as it is, everything if the key is new."},
			{Name: "present", Type: Flag, Default: True, Doc: "False if it is to be there no more."},
		},
		New: func(a Arguments) (Operation, error) {
			o := &authorizedKeyOperation{user: a["user"], key: strings.TrimSpace(a["key"]), options: a["options"]}
			o.present, _ = a.flag("present")
			if err := view.CheckAccount(o.user); err != nil {
				return nil, err
			}
			if options, id := keyOf(o.key); id == "" || options != "" {
				return nil, spec.Errorf(spec.Invalid, "the key is no public key of ssh").
					WithHint("one line as in id_ed25519.pub: ssh-ed25519 AAAA… comment; options are an argument of their own")
			}
			if options, id := keyOf(o.options + " " + o.key); o.options != "" && (id == "" || options != o.options) {
				return nil, spec.Errorf(spec.Invalid, "%q are no options of a key", o.options).WithHint(`such as from="10.0.0.0/8",no-pty, without spaces outside of quotes`)
			}
			return o, nil
		},
	}
}

// keyType is that of a public key, beside those of hosts' certificates.
var keyType = regexp.MustCompile(`^(sk-)?(ssh|ecdsa)-[a-z0-9@.-]+$`)

// keyOf reads a line of authorized_keys: its options, and what a key is beside its comment,
// "" if there is none in it.
func keyOf(line string) (options, id string) {
	if strings.ContainsAny(line, "\r\n\x00") {
		return "", ""
	}
	rest := strings.TrimLeft(line, " \t")
	for range 2 {
		f := strings.Fields(rest)
		if len(f) >= 2 && keyType.MatchString(f[0]) {
			blob, err := base64.StdEncoding.DecodeString(f[1])
			if err != nil || len(blob) < 4 || !strings.HasPrefix(string(blob[4:]), f[0]) || binary.BigEndian.Uint32(blob) != uint32(len(f[0])) {
				return "", ""
			}
			return options, f[0] + " " + f[1]
		}
		end, quoted := 0, false
		for end < len(rest) && (quoted || rest[end] != ' ' && rest[end] != '\t') {
			switch {
			case rest[end] == '\\' && end+1 < len(rest):
				end++
			case rest[end] == '"':
				quoted = !quoted
			}
			end++
		}
		end = min(end, len(rest))
		options, rest = rest[:end], strings.TrimLeft(rest[end:], " \t")
	}
	return "", ""
}

// Plan says what would change.
func (o *authorizedKeyOperation) Plan(ctx context.Context, v view.View) ([]Change, error) {
	user, err := v.Get(string(view.User) + " " + o.user)
	if err != nil {
		return nil, err
	}
	if user.Kind == view.Nothing || view.HalfMade(user) {
		if !o.present {
			return nil, nil
		}
		return nil, spec.Errorf(spec.NotFound, "there is no user %s", o.user).WithHint("make it with ctx.host.user before")
	}
	account := view.AccountOf(user)
	home, err := v.Get(account.Home)
	if err != nil {
		return nil, err
	}
	dir := account.Home + "/.ssh"
	o.path = dir + "/authorized_keys"
	if !o.present {
		return o.planAbsent(v)
	}
	if home.Kind != view.Directory { // else it would be made, and be root's
		return nil, spec.Errorf(spec.NotFound, "the user %s has no home: %s is no directory", o.user, account.Home).
			WithHint("make it with ctx.host.user(…, create_home = True), or ctx.host.directory")
	}
	owned := func(now view.Object, mode fs.FileMode) access { // what is there stays as it is
		if now.Kind != view.Nothing {
			return access{}
		}
		return access{owner: o.user, group: account.Group, mode: &mode}
	}
	is, err := v.Get(dir)
	if err != nil {
		return nil, err
	}
	return planSeveral(ctx, v, directoryOperation{dir, owned(is, 0o700)}, planning(func(_ context.Context, v view.View) ([]Change, error) {
		now, err := v.Get(o.path)
		if err != nil {
			return nil, err
		}
		changes, err := planFile(v, o.path, owned(now, 0o600), o.edit)
		for i := range changes {
			changes[i].Part = true
		}
		return changes, err
	}))
}

func (o *authorizedKeyOperation) file() string { return o.path }

// edit puts the key into the file, or gives it the options that are wanted.
func (o *authorizedKeyOperation) edit(content string) (string, error) {
	_, id := keyOf(o.key)
	lines := splitLines(content)
	at, had := -1, ""
	for i, l := range lines {
		options, is := keyOf(strings.TrimRight(l, "\r\n"))
		if is != id {
			continue
		}
		if at >= 0 {
			return "", spec.Errorf(spec.Conflict, "%s has the key in the lines %d and %d", o.path, at+1, i+1).WithHint("remove one of them")
		}
		at, had = i, options
	}
	text := strings.TrimLeft(o.options+" "+o.key, " ") + "\n"
	switch {
	case at < 0:
		return endLine(content) + text, nil
	case o.options == "" || o.options == had:
		return content, nil
	}
	lines[at] = text
	return strings.Join(lines, ""), nil
}

// planAbsent plans that the key is in no line.
func (o *authorizedKeyOperation) planAbsent(v view.View) ([]Change, error) {
	now, err := v.Get(o.path)
	if err != nil || now.Kind == view.Nothing {
		return nil, err
	}
	_, id := keyOf(o.key)
	return planFile(v, o.path, access{}, func(content string) (string, error) {
		out := ""
		for _, l := range splitLines(content) {
			if _, is := keyOf(strings.TrimRight(l, "\r\n")); is != id {
				out += l
			}
		}
		return out, nil
	})
}
