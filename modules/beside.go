package modules

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/query"
	"github.com/armonic/armonic/spec"
)

// What lies below files/ belongs to the modules of the folder that files/ is in: they name
// it as src = "files/motd". It is read when they are loaded, and is no module itself.

// What may lie beside the modules of a folder.
const (
	maxBeside       = 1 << 20  // bytes of a file
	maxBesideFolder = 16 << 20 // bytes of all in a folder
	maxBesideFiles  = 500      // of a source
)

// splitBeside takes the path of a file that lies beside modules apart: their folder, and
// how they name it.
func splitBeside(p string) (folder, name string, is bool) {
	if rest, ok := strings.CutPrefix(p, "files/"); ok {
		return ".", "files/" + rest, !hidden(rest)
	}
	folder, rest, is := strings.Cut(p, "/files/")
	return folder, "files/" + rest, is && !hidden(rest) && !hidden(folder)
}

func isBeside(p string) bool {
	_, _, is := splitBeside(p)
	return is
}

func hidden(p string) bool { return strings.HasPrefix(p, ".") || strings.Contains(p, "/.") }

// All lists what the modules are made of: the Starlark files, and what lies beside them.
func (s Source) All() ([]string, error) {
	if s.texts != nil {
		return slices.Sorted(maps.Keys(s.texts)), nil
	}
	return s.walk(func(p string) bool { return isModule(p) || isBeside(p) })
}

// LiesBeside reports whether a file lies beside a module: whether that can name it.
func LiesBeside(file, module string) bool {
	folder, _, is := splitBeside(file)
	return is && folder == path.Dir(module)
}

// beside reads what lies beside a module, by the names that it has for it. Links are not
// read: they might lead out of the folder.
func (s Source) beside(module string) (map[string]string, error) {
	out := map[string]string{}
	names, err := s.namesBeside(module)
	size := 0
	for _, p := range names {
		text, failed := s.Read(p)
		if failed != nil {
			return out, failed
		}
		if size += len(text); len(out) >= maxBesideFiles || size > maxBesideFolder {
			return out, errTooMuchBeside
		}
		_, name, _ := splitBeside(p)
		out[name] = text
	}
	return out, err
}

func (s Source) namesBeside(module string) ([]string, error) {
	if s.texts != nil {
		all := slices.Sorted(maps.Keys(s.texts))
		return slices.DeleteFunc(all, func(p string) bool { return !LiesBeside(p, module) }), nil
	}
	entries, _ := fs.ReadDir(s.FS, path.Dir(module))
	if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == "files" && e.IsDir() }) {
		return nil, nil // a link, too, is no folder
	}
	return s.walkBelow(path.Join(path.Dir(module), "files"), isBeside)
}

var errTooMuchBeside = errors.New("there are too many files, or too large ones")

// readBeside reads what lies beside a module.
func (l *loader) readBeside(source int, file string) map[string]string {
	label := l.sources[source].Label(file)
	folder := l.sources[source].Label(path.Dir(file))
	if _, ok := l.folders[folder]; !ok {
		texts, err := l.sources[source].beside(file)
		if err != nil {
			l.errorf(label, "", "cannot read the folder files/ beside it: %s", reason(err))
		}
		l.folders[folder] = texts
	}
	l.beside[label] = l.folders[folder]
	return l.folders[folder]
}

// named is a file beside the module that is named in a text of it.
type named struct {
	file string
	at   syntax.Position
}

// namedFile finds src = "files/…" in a call, or what script is given.
func namedFile(call *syntax.CallExpr) (named, bool) {
	fn, ok := call.Fn.(*syntax.DotExpr)
	if !ok || !slices.Contains([]string{"file", "template", "unit", "script"}, fn.Name.Name) {
		return named{}, false
	}
	if fn.Name.Name == "script" && len(call.Args) > 0 {
		text, isText := call.Args[0].(*syntax.Literal)
		if isText && text.Token == syntax.STRING {
			return named{text.Value.(string), text.TokenPos}, true
		}
	}
	for _, arg := range call.Args {
		b, ok := arg.(*syntax.BinaryExpr)
		if !ok || b.Op != syntax.EQ {
			continue
		}
		name, isName := b.X.(*syntax.Ident)
		text, isText := b.Y.(*syntax.Literal)
		if isName && isText && name.Name == "src" && text.Token == syntax.STRING {
			return named{text.Value.(string), text.TokenPos}, true
		}
	}
	return named{}, false
}

// checkNamed reports files that a module names and that do not lie beside it.
func (l *loader) checkNamed(all []named, texts map[string]string) {
	for _, n := range all {
		if _, err := besideText(n.file, texts); err != nil {
			l.errorf(n.at.String(), spec.HintOf(err), "%s", spec.AsError(err).Msg)
		}
	}
}

// reader gives the functions of a lifecycle what lies beside the file that they stand in,
// or else beside the one that declares the lifecycle.
func (l *loader) reader(own string) func(file, name string) (string, error) {
	all := l.beside
	return func(file, name string) (string, error) {
		text, err := besideText(name, all[file])
		if err != nil && file != own {
			if text, ownErr := besideText(name, all[own]); ownErr == nil {
				return text, nil
			}
		}
		return text, err
	}
}

func besideText(name string, texts map[string]string) (string, error) {
	text, ok := texts[name]
	switch {
	case ok && len(text) > maxBeside:
		return "", spec.Errorf(spec.Invalid, "the file %s beside the module is larger than %d KiB", name, maxBeside>>10)
	case ok:
		return text, nil
	}
	err := spec.Errorf(spec.NotFound, "there is no file %s beside the module", name)
	var names []string
	for n := range texts {
		names = append(names, n)
	}
	slices.Sort(names)
	switch near := query.Nearest(name, names); {
	case !strings.HasPrefix(name, "files/"):
		return "", err.WithHint("files of a module lie in the folder files/ beside it: src = \"files/%s\"", path.Base(name))
	case near != "":
		return "", err.WithHint("did you mean '%s'?", near)
	case len(names) > 0:
		return "", err.WithHint("%s", interp.DidYouMean(name, names))
	}
	return "", err.WithHint("put it into the folder files/ beside the module; links are not read")
}
