package op

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// iniOperation wants a key to have a value in a section of a file, as my.cnf, php.ini and
// units of systemd have them.
type iniOperation struct{ path, section, key, value string }

func ini() Definition {
	return Definition{
		Name: "ini", Required: 4,
		Doc: "A key of a section of a file such as my.cnf or php.ini. Only its line is touched: comments, order, includes and all else stay.",
		Params: []Param{
			{Name: "path", Doc: "Where the file is; it is made if it is missing."},
			{Name: "section", Doc: "The section, without brackets; \"\" is what stands before the first one. It is made if it is missing."},
			{Name: "key", Doc: "The key. That it stands there several times is an error."},
			{Name: "value", Secret: true, Doc: "Its value, as it is to stand in the file."},
		},
		New: func(a Arguments) (Operation, error) {
			p, err := a.path("path")
			if err != nil {
				return nil, err
			}
			o := iniOperation{p, a["section"], a["key"], a["value"]}
			switch {
			case strings.ContainsAny(o.section, "[]\r\n"):
				return nil, spec.Errorf(spec.Invalid, "%q is no section", o.section).WithHint("write it without brackets")
			case o.key == "" || strings.TrimSpace(o.key) != o.key || strings.ContainsAny(o.key, "=\r\n") || strings.ContainsRune("#;[!", rune(o.key[0])):
				return nil, spec.Errorf(spec.Invalid, "%q is no key", o.key)
			case strings.ContainsAny(o.value, "\r\n"):
				return nil, spec.Errorf(spec.Invalid, "the value of %s has a newline in it", o.key)
			}
			return o, nil
		},
	}
}

// Plan says what would change.
func (o iniOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	return planPart(v, o.path, o.edit)
}

func (o iniOperation) file() string { return o.path }

func (o iniOperation) edit(content string) (string, error) {
	lines := splitLines(endLine(content))
	key := regexp.MustCompile(`^(\s*` + regexp.QuoteMeta(o.key) + `)(\s*=\s*)?(.*)$`)
	in, to, at := o.section == "", 0, -1 // whether this is the section, behind which line it ends, which line is the key
	begun := in                          // whether there is the section
	for i, l := range lines {
		text := strings.TrimSpace(l)
		if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
			if in = text == "["+o.section+"]"; in {
				begun, to = true, i+1
			}
			continue
		}
		if !in {
			continue
		}
		if text != "" {
			to = i + 1
		}
		if m := key.FindStringSubmatch(strings.TrimRight(l, "\r\n")); len(m) == 4 && (m[2] != "" || m[3] == "") {
			if at >= 0 {
				return "", spec.Errorf(spec.Conflict, "%s has %s several times in [%s]: in the lines %d and %d", o.path, o.key, o.section, at+1, i+1).
					WithHint("use ctx.host.line or ctx.host.block for what may stand there several times")
			}
			at = i
		}
	}
	switch {
	case at >= 0:
		bare := strings.TrimRight(lines[at], "\r\n")
		m := key.FindStringSubmatch(bare)
		if m[2] != "" && m[3] == o.value {
			return content, nil
		}
		between := m[2]
		if between == "" {
			between = o.between(lines)
		}
		lines[at] = m[1] + between + o.value + lines[at][len(bare):]
	case begun:
		lines = slices.Insert(lines, to, o.key+o.between(lines)+o.value+"\n")
	default:
		if len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) != "" {
			lines = append(lines, "\n")
		}
		lines = append(lines, "["+o.section+"]\n", o.key+o.between(lines)+o.value+"\n")
	}
	return strings.Join(lines, ""), nil
}

// between is what stands between keys and values in the file, " = " where there is none.
func (o iniOperation) between(lines []string) string {
	for _, l := range lines {
		name, _, is := strings.Cut(l, "=")
		if name = strings.TrimLeft(name, " \t"); !is || name == "" || strings.IndexByte("#;[", name[0]) >= 0 {
			continue
		}
		if strings.TrimRight(name, " \t") == name {
			return "="
		}
		break
	}
	return " = "
}
