package modules

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// loadFrom is load("//lib/apt.star", …): a file of the same source, or else of
// another one.
func (d *defining) loadFrom(t *starlark.Thread, module string) (starlark.StringDict, error) {
	name, ok := strings.CutPrefix(module, "//")
	if !ok || !fs.ValidPath(name) || !strings.HasSuffix(name, ".star") {
		return nil, &spec.Error{Kind: spec.Invalid, Msg: fmt.Sprintf("cannot load %q", module),
			Hint: "write the path from the folder of modules on: load(\"//lib/apt.star\", \"apt_packages\")"}
	}
	source := d.find(name)
	if source < 0 {
		return nil, &spec.Error{Kind: spec.Invalid, Msg: fmt.Sprintf("cannot load %q: there is no such file", module), Hint: d.similar(name)}
	}
	label := d.sources[source].Label(name)
	if i := slices.Index(d.loading, label); i >= 0 {
		return nil, &spec.Error{Kind: spec.Invalid, Msg: "files load each other in a circle: " + strings.Join(append(slices.Clone(d.loading[i:]), label), " -> "),
			Hint: "move what they share into a file of its own"}
	}
	d.loads = append(d.loads, label)
	var f *file
	interp.Waiting(t, func() { f = d.load(source, name) })
	if f.globals == nil || f.failed {
		return nil, errFailed
	}
	return f.globals, nil
}

// find is the source that has a file, the file's own first; -1 if none has.
func (d *defining) find(name string) int {
	order := []int{d.source}
	for i := range d.sources {
		if i != d.source {
			order = append(order, i)
		}
	}
	for _, i := range order {
		if d.sources[i].has(name) {
			return i
		}
	}
	return -1
}

func (d *defining) similar(name string) string {
	var all []string
	for _, s := range d.sources {
		names, _ := s.Files()
		for _, n := range names {
			all = append(all, "//"+n)
		}
	}
	if n := query.Nearest("//"+name, all); n != "" {
		return "did you mean '" + n + "'?"
	}
	return "files are named from the folder of modules on, as in //" + path.Join("lib", path.Base(name))
}
