package op

import (
	"context"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// Where apt has its sources and the keys of these.
const (
	sourcesDir  = "/etc/apt/sources.list.d"
	keyringsDir = "/etc/apt/keyrings"
)

// repositoryOperation wants a source of packages, or none of that name.
type repositoryOperation struct {
	name, key                string
	uris, suites, components []string
	present                  bool
}

func repository() Definition {
	return Definition{
		Name: "repository", Required: 1,
		Doc: "A source of packages for apt, with the key that signs it, each in a file of its own. When it changed, its list of packages is fetched.",
		Params: []Param{
			{Name: "name", Doc: "What it is called; its files are called so too."},
			{Name: "uris", Type: Texts, Doc: "Where it is: [\"https://nginx.org/packages/debian\"]."},
			{Name: "suites", Type: Texts, Doc: "Such as [\"bookworm\"]; \"./\" for a source without suites."},
			{Name: "components", Type: Texts, Doc: "Such as [\"main\"]; none for a source without suites."},
			{Name: "key", Doc: "The public key, as text (-----BEGIN PGP PUBLIC KEY BLOCK-----). If none is given, it is one of those of the system."},
			{Name: "present", Type: Flag, Default: True, Doc: "Whether it is there; False removes its files."},
		},
		New: newRepository,
	}
}

var repositoryName = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]*$`)

func newRepository(a Arguments) (Operation, error) {
	o := repositoryOperation{name: a["name"], uris: a.list("uris"), suites: a.list("suites"), components: a.list("components")}
	o.present, _ = a.flag("present")
	if key := strings.TrimSpace(a["key"]); key != "" {
		o.key = key + "\n"
	}
	if !repositoryName.MatchString(o.name) {
		return nil, spec.Errorf(spec.Invalid, "%q is no name of a repository", o.name).WithHint("use small letters, digits, and .-_")
	}
	if !o.present {
		return o, nil
	}
	for _, u := range o.uris {
		if p, err := url.Parse(u); err != nil || p.Scheme == "" || strings.ContainsAny(u, " \t") {
			return nil, spec.Errorf(spec.Invalid, "%q is no address of a repository", u)
		}
	}
	for _, word := range append(append([]string{}, o.suites...), o.components...) {
		if strings.ContainsAny(word, " \t") {
			return nil, spec.Errorf(spec.Invalid, "%q is no suite or component", word)
		}
	}
	switch {
	case len(o.uris) == 0 || len(o.suites) == 0:
		return nil, spec.Errorf(spec.Invalid, "the repository %s has no uris or no suites", o.name)
	case o.key != "" && !strings.HasPrefix(o.key, "-----BEGIN PGP PUBLIC KEY BLOCK-----"):
		return nil, spec.Errorf(spec.Invalid, "the key of %s is no public key in text form", o.name).WithHint("gpg --armor --export prints one")
	case len(o.components) == 0 && !strings.HasSuffix(o.suites[0], "/"):
		return nil, spec.Errorf(spec.Invalid, "the repository %s has no components", o.name).WithHint("a suite without components ends with a slash: \"./\"")
	}
	return o, nil
}

// Plan says what would change.
func (o repositoryOperation) Plan(ctx context.Context, v view.View) ([]Change, error) {
	keyFile, sources := path.Join(keyringsDir, o.name+".asc"), path.Join(sourcesDir, o.name+".sources")
	if !o.present {
		return removals(ctx, v, sources, keyFile)
	}
	if err := o.conflict(v, sources, keyFile); err != nil {
		return nil, err
	}
	var out []Change
	files := [][2]string{{sources, o.text(keyFile)}}
	if o.key != "" {
		files = [][2]string{{keyFile, o.key}, files[0]}
	}
	over := view.NewOverlay(v) // so that a directory is made once
	for _, f := range files {
		changes, err := planFile(over, f[0], access{}, func(string) (string, error) { return f[1], nil })
		if err != nil {
			return nil, err
		}
		if _, err := Apply(ctx, over, changes...); err != nil {
			return nil, err
		}
		out = append(out, changes...)
	}
	return o.fetch(v, out, o.text(keyFile))
}

// text is the file of the source.
func (o repositoryOperation) text(keyFile string) string {
	lines := []string{"Types: deb", "URIs: " + strings.Join(o.uris, " "), "Suites: " + strings.Join(o.suites, " ")}
	if len(o.components) > 0 {
		lines = append(lines, "Components: "+strings.Join(o.components, " "))
	}
	if o.key != "" {
		lines = append(lines, "Signed-By: "+keyFile)
	}
	return strings.Join(lines, "\n") + "\n"
}

// fetch plans that apt reads the list of the source, if it changed or was not read yet.
func (o repositoryOperation) fetch(v view.View, changes []Change, text string) ([]Change, error) {
	key := string(view.Source) + " " + o.name
	now, err := v.Get(key)
	if err != nil {
		return nil, err
	}
	want := view.SourceOf(text, o.key)
	if len(changes) == 0 && now == want {
		return nil, nil
	}
	return append(changes, Change{Key: key, Before: now, After: want}), nil
}

func removals(ctx context.Context, v view.View, paths ...string) ([]Change, error) {
	var out []Change
	for _, p := range paths {
		changes, err := absentOperation{p}.Plan(ctx, v)
		if err != nil {
			return nil, err
		}
		out = append(out, changes...)
	}
	return out, nil
}

// conflict is an error if another file names the same source with another key: apt then
// does nothing at all any more.
func (o repositoryOperation) conflict(v view.View, own, keyFile string) error {
	names, err := v.List(sourcesDir)
	if err != nil {
		return nil // there is no such directory yet
	}
	paths := []string{"/etc/apt/sources.list"}
	for _, name := range names {
		if p := path.Join(sourcesDir, name); p != own {
			paths = append(paths, p)
		}
	}
	for _, p := range paths {
		is, err := v.Get(p)
		if err != nil || is.Kind != view.File {
			continue
		}
		for stanza := range strings.SplitSeq(strings.ReplaceAll(is.Content, "\nTypes:", "\n\nTypes:"), "\n\n") {
			signed := signedBy(stanza)
			for _, u := range o.uris {
				if namesSource(stanza, u) && (signed != "" || o.key != "") && signed != keyFile {
					return spec.Errorf(spec.Conflict, "%s has the source %s already, with %s", p, u, orNone(signed)).
						WithHint("apt takes a source with one key only: remove it there, with ctx.host.absent or ctx.host.line")
				}
			}
		}
	}
	return nil
}

func orNone(key string) string {
	if key == "" {
		return "no key of its own"
	}
	return "the key " + key
}

var signedPattern = regexp.MustCompile(`(?mi)^Signed-By:\s*(\S+)|\bsigned-by=([^\]\s]+)`)

func signedBy(stanza string) string {
	if m := signedPattern.FindStringSubmatch(stanza); m != nil {
		return m[1] + m[2]
	}
	return ""
}

// namesSource reports whether lines that are no comments have an address in them.
func namesSource(stanza, uri string) bool {
	for line := range strings.Lines(stanza) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, word := range strings.Fields(line) {
			if strings.TrimSuffix(word, "/") == strings.TrimSuffix(uri, "/") {
				return true
			}
		}
	}
	return false
}
