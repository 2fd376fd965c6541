package view

import (
	"cmp"
	"context"
	"regexp"
	"strings"
	"sync"

	"github.com/armonic/armonic/spec"
)

// AugeasEdit is a change of a file by what it means, as a lens of Augeas reads it.
type AugeasEdit struct {
	Path, Lens string
	Content    string // what is in the file now
	Set        []AugeasSetting
}

// AugeasSetting is a node below that of the file, and its value.
type AugeasSetting struct{ Path, Value string }

// augtool is of this package.
const augeasPackage = "augeas-tools"

// script has augtool say what is wrong with the file, change it, and say what is wrong then.
func (e AugeasEdit) script() string {
	var out strings.Builder
	out.WriteString("print /augeas//error\n")
	for _, s := range e.Set {
		out.WriteString("set \"/files" + e.Path + "/" + s.Path + "\" \"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s.Value) + "\"\n")
	}
	out.WriteString("save\nprint /augeas//error\n")
	return out.String()
}

//nolint:gochecknoglobals // it does not change, and is compiled when it is used first
var augeasFault = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^/augeas/.*/error(?:/(line|char|message))? = "((?:[^"\\]|\\.)*)"$`)
})

// fault is what augtool says to be wrong, nil if it has done what it should. It printed said,
// and as errors complaints.
func (e AugeasEdit) fault(code int, said, complaints string) error {
	is := map[string]string{}
	for _, m := range augeasFault().FindAllStringSubmatch(said, -1) {
		if _, known := is[m[1]]; !known { // the first fault is the one before anything was changed
			is[m[1]] = strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\"`, `"`, `\\`, `\`).Replace(m[2])
		}
	}
	message, _, _ := strings.Cut(is["message"], "with pattern") // which goes on for pages
	message = strings.Join(strings.Fields(strings.ReplaceAll(message, "/files"+e.Path+"/", "")), " ")
	switch kind := is[""]; {
	case strings.Contains(said, "Can not find lens"):
		return spec.Errorf(spec.NotFound, "Augeas has no lens %s", e.Lens).WithHint("ls /usr/share/augeas/lenses/dist lists the modules; the lens of shellvars.aug is Shellvars.lns")
	case is["line"] != "":
		return spec.Errorf(spec.Conflict, "%s cannot be read as %s has it: line %s, column %s: %s%s", e.Path, e.Lens, is["line"], is["char"], message, e.excerpt(is["line"])).
			WithHint("mend that line, or choose the lens that is for such files")
	case kind == "put_failed":
		return spec.Errorf(spec.Invalid, "%s cannot have what is set by %s: %s", e.Path, e.Lens, message).
			WithHint("augtool print /files%s shows which nodes there are, with which values", e.Path)
	case kind != "":
		return spec.Errorf(spec.Failed, "Augeas cannot change %s: %s: %s", e.Path, kind, message)
	case code != 0:
		return spec.Errorf(spec.Invalid, "Augeas cannot change %s: %s", e.Path, cmp.Or(strings.Join(strings.Fields(complaints), " "), "a path is none")).
			WithHint("man augtool says what paths are")
	}
	return nil
}

// excerpt is a line of the file, for a message.
func (e AugeasEdit) excerpt(number string) string {
	n := 0
	for _, c := range number {
		n = n*10 + int(c-'0')
	}
	lines := strings.Split(e.Content, "\n")
	if n < 1 || n > len(lines) || strings.TrimSpace(lines[n-1]) == "" {
		return ""
	}
	line := strings.TrimSpace(lines[n-1])
	return ": " + strings.ToValidUTF8(line[:min(len(line), 80)], "")
}

// Augeas leaves a line for each setting: a simulated host has no lenses.
func (m *Memory) Augeas(_ context.Context, e AugeasEdit) (string, error) {
	lines := strings.Split(strings.TrimSuffix(e.Content, "\n"), "\n")
	if e.Content == "" {
		lines = nil
	}
next:
	for _, s := range e.Set {
		line := s.Path + " = " + s.Value
		for i, l := range lines {
			if strings.HasPrefix(l, s.Path+" = ") {
				lines[i] = line
				continue next
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n") + "\n", nil
}

// Augeas asks the host. What a program would do that is not installed yet is not known.
func (v *Overlay) Augeas(ctx context.Context, e AugeasEdit) (string, error) {
	content, err := v.below.Augeas(ctx, e)
	if spec.KindOf(err) == spec.NotFound {
		if o, pending := v.changed[packageKey(augeasPackage)]; pending && o.Kind == Package {
			return "", &UnknownError{"what " + e.Path + " will be is known when " + augeasPackage + " is installed"}
		}
	}
	return content, err
}
