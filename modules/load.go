package modules

import (
	"cmp"
	"context"
	"errors"
	"runtime/debug"
	"time"

	"go.starlark.net/starlark"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/modules/interp"
	"github.com/armonic/armonic/spec"
)

// Set is what a number of sources hold together.
type Set struct {
	Lifecycles []*lifecycle.Lifecycle // in the order of sources, files and declarations
	Warnings   []*spec.Error          // what is odd but can be used
	LeftOut    []*spec.Error          // lifecycles that come with Armonic and need others that were replaced
	texts      map[string]string      // of the files, for Explain
}

// Find is the lifecycle of a name.
func (s *Set) Find(name string) (*lifecycle.Lifecycle, bool) {
	for _, l := range s.Lifecycles {
		if l.Name == name {
			return l, true
		}
	}
	return nil, false
}

// Names are those of the lifecycles.
func (s *Set) Names() []string {
	out := make([]string, len(s.Lifecycles))
	for i, l := range s.Lifecycles {
		out[i] = l.Name
	}
	return out
}

// Config is what modules are loaded for. The zero value is for hosts that only
// simulate, and for checks.
type Config struct {
	Machine  actions.Machine // what actions work on; nil: they can run nothing
	LoadTime time.Duration   // that each file may compute while it is loaded, all together three times that; 0 is interp.LoadTime
	ActTime  time.Duration   // that one call may compute, waiting aside; 0 is interp.ActTime
	Monitor  *interp.Monitor // is told of what computes; nil: nobody is
	Marker   Marker          // is told of each file before it is loaded; nil: nobody is
}

// Marker remembers the file that is being loaded, should the process die of it.
type Marker interface {
	// Begin counts a file as being loaded until end is called. The error says why it must
	// not be loaded.
	Begin(file, text string) (end func(), err error)
}

// Load reads the modules of all sources and checks them as one set. The error joins
// everything that is wrong with any of them, as Errors lists it: each a spec.Error
// of kind Invalid. The set is never nil; with an error it holds the lifecycles of the
// files without one.
func (c Config) Load(sources ...Source) (*Set, error) {
	l := newLoader(c, sources)
	for i, s := range sources {
		names, err := s.Files()
		if err != nil {
			l.errorf(s.Name, "", "%s", spec.AsError(err).Msg)
		}
		for _, name := range names {
			if len(l.files) >= interp.MaxFiles {
				l.errorf(s.Label(name), "", "there are more than %d files of modules", interp.MaxFiles)
				break
			}
			l.load(i, name)
		}
	}
	all := l.checkAll()
	defer l.forget()
	err := l.err()
	l.set.Warnings = l.warns
	wrong := map[string]bool{}
	for _, e := range l.errs {
		wrong[FileOf(e.At)] = true
	}
	for _, v := range all {
		if !wrong[FileOf(v.lc.Source)] {
			v.lc.Digest = l.digest(FileOf(v.lc.Source))
			l.set.Lifecycles = append(l.set.Lifecycles, v.lc)
		}
	}
	return l.set, err
}

// forget drops what only loading needs, such as syntax trees. What modules hold lives as long as their
// functions do, and leads to all of it.
func (l *loader) forget() {
	for _, f := range l.files {
		f.parsed, f.declared = nil, nil
	}
	for _, a := range l.calls {
		*a = args{}
	}
	l.files, l.order, l.calls = nil, nil, nil
}

type loader struct {
	Config
	*report
	sources  []Source
	files    map[string]*file // by label
	order    []*file
	calls    []*args  // what builtins were called with
	loading  []string // labels of the files that are being loaded, outermost first
	builtins starlark.StringDict
	set      *Set
	used     time.Duration                // computing, by all files so far
	beside   map[string]map[string]string // what lies beside files, by their labels
	folders  map[string]map[string]string // the same, by the labels of folders
}

func newLoader(c Config, sources []Source) *loader {
	l := &loader{Config: c, report: &report{}, sources: sources, files: map[string]*file{}, set: &Set{texts: map[string]string{}},
		beside: map[string]map[string]string{}, folders: map[string]map[string]string{}}
	l.builtins = l.predeclared()
	return l
}

// file is one that was loaded, or could not be.
type file struct {
	*parsed
	path     string   // within its source
	loads    []string // the labels of the files that it loads, in order
	yields   bool     // its lifecycles do, see Source
	globals  starlark.StringDict
	declared []*lifecycleValue
	failed   bool
}

// defining is the state of one file's define phase.
type defining struct {
	*loader
	*file
	source    int
	path      string           // within the source
	functions []starlark.Value // that are part of a declaration
}

const definingKey = "modules.defining"

// errFailed ends a file that loads one with errors, which have been reported.
var errFailed = errors.New("the file it loads has errors")

// load runs the define phase of a file, once.
func (l *loader) load(source int, name string) *file {
	label := l.sources[source].Label(name)
	if f, ok := l.files[label]; ok {
		return f
	}
	f := &file{failed: true, path: name, yields: l.sources[source].yields}
	l.files[label] = f
	src, err := l.sources[source].Read(name)
	if err != nil {
		l.errorf(label, "", "cannot read the file: %s", reason(err))
		return f
	}
	l.set.texts[label] = src
	if l.Marker != nil {
		end, err := l.Marker.Begin(label, src)
		if err != nil {
			l.errorf(label, spec.HintOf(err), "%s", spec.AsError(err).Msg)
			return f
		}
		defer end()
	}
	most := cmp.Or(l.LoadTime, interp.LoadTime) // of the file alone: one that takes all of it leaves the others theirs
	left := interp.LoadShares*most - l.used
	if left <= 0 {
		l.errorf(label, "mend or remove those that take long, which are named", "time limit: the files before it took all the time that all may take together")
		return f
	}
	clock := interp.NewClock(min(most, left))
	defer func() {
		if clock.Used() > most/2 { // what it took goes before it counts as loaded, and the process has room again
			debug.FreeOSMemory()
		}
		l.used += min(clock.Used(), most) // a single step may take longer
	}()
	clock.About(label)
	end := l.Monitor.Begin(clock)
	defer end()
	if f.parsed = parse(l.report, label, src, l.builtins); f.parsed == nil {
		return f
	}
	before := len(l.errs)
	if beside := l.readBeside(source, name); !library(name) { // a library may name what lies beside who uses it
		l.checkNamed(f.named, beside)
	}
	l.loading = append(l.loading, label)
	defer func() { l.loading = l.loading[:len(l.loading)-1] }()

	d := &defining{loader: l, file: f, source: source, path: name}
	t := interp.NewThread(context.Background(), label, interp.LoadSteps, clock)
	t.SetLocal(definingKey, d)
	t.Load = d.loadFrom
	t.Print = func(t *starlark.Thread, msg string) {
		l.warnf(t.CallFrame(1).Pos.String(), "print inside a function writes to the log of its step", "print at the top level goes nowhere: %s", interp.Short(msg))
	}
	f.globals, err = f.prog.Init(t, l.builtins)
	d.freeze()
	if err != nil && (!errors.Is(err, errFailed) || len(l.errs) == 0) {
		e := interp.Error(err)
		l.errorf(e.At, e.Hint, "%s", e.Msg)
	}
	f.failed = err != nil || len(l.errs) > before
	l.order = append(l.order, f) // after what it loads
	return f
}

// freeze makes everything that the file holds unchangeable, also in functions that
// only a state knows, because several agents call them.
func (d *defining) freeze() {
	d.globals.Freeze()
	starlark.Tuple(d.functions).Freeze()
}

// fileOf is the file that declares a function.
func (l *loader) fileOf(f *starlark.Function) (*parsed, bool) {
	loaded, ok := l.files[f.Position().Filename()]
	if !ok || loaded.parsed == nil {
		return nil, false
	}
	return loaded.parsed, true
}
