package reload

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// Reloader loads modules again when their files have changed. It watches nothing:
// Poll looks when it is called, which costs a walk over the folders.
type Reloader struct {
	config modules.Config

	mu      sync.Mutex // held while modules are loaded
	sources []modules.Source
	stamps  map[string]stamp // of all files as they were seen last, by label
	seen    texts            // as they were seen last; nil: all is to be read again
	good    texts            // those of set
	set     *modules.Set
}

// texts are those of files, by the label of their source and their names.
type texts map[string]map[string]string

// stamp tells that a file may have changed.
type stamp struct {
	size int64
	at   time.Time
}

// Result is what a look at the files brought.
type Result struct {
	Set     *modules.Set  // what is to be used now; never nil
	Changed bool          // whether Set is another one than before
	Errors  []*spec.Error // why files were left as they were, or out
	Kept    []string      // the files that keep the version that did load
	read    *modules.Set  // what the files hold, with its errors
}

// Explain is Set.Explain for the errors of a look, which are about files as they are
// now.
func (r Result) Explain(e *spec.Error) string { return r.read.Explain(e) }

// New prepares to load modules; the first Poll loads them.
func New(c modules.Config, sources ...modules.Source) *Reloader {
	return &Reloader{config: c, sources: sources, set: &modules.Set{}}
}

// Use puts other sources in the place of those of before, which the next Poll loads.
func (r *Reloader) Use(sources ...modules.Source) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sources, r.stamps, r.seen = sources, nil, nil
}

// Try loads what these sources hold, and keeps nothing. It gives what is wrong with them, and how
// that is explained.
func (r *Reloader) Try(sources ...modules.Source) Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	set, err := r.config.Load(sources...)
	return Result{Set: set, Errors: modules.Errors(err), read: set}
}

// Poll looks at all files. If one has changed, all are loaded again; those with
// errors keep the version that did load, or are left out if there is none. If the
// others do not fit that version, everything stays as it was.
func (r *Reloader) Poll() Result {
	r.mu.Lock()
	defer r.mu.Unlock()
	all, changed, err := r.scan()
	if err != nil {
		return Result{Set: r.set, Errors: modules.Errors(err), read: r.set}
	}
	if !changed {
		return Result{Set: r.set, read: r.set}
	}
	set, err := r.load(all)
	out := Result{Set: set, Changed: true, Errors: modules.Errors(err), read: set}
	for tries := 0; err != nil && tries < maxTries; tries++ {
		all = r.fallBack(all, modules.Errors(err), &out)
		out.Set, err = r.load(all)
	}
	if err != nil {
		out.Set, out.Changed = r.set, false
		return out
	}
	r.set, r.good = out.Set, all
	return out
}

// maxTries bounds how often errors may follow from leaving files as they were.
const maxTries = 4

// scan reads the files that may have changed, and says whether any has.
func (r *Reloader) scan() (now texts, changed bool, err error) {
	stamps := map[string]stamp{}
	now = texts{}
	changed = r.seen == nil
	for _, s := range r.sources {
		if known, ok := r.seen[key(s)]; ok && s.Fixed() {
			now[key(s)] = maps.Clone(known)
			continue
		}
		source := map[string]string{}
		names, err := s.All() // what it loads counts too, and what lies beside it
		if err != nil {
			return nil, false, err
		}
		for _, name := range names {
			label := s.Label(name)
			stamps[label] = stampOf(s, name)
			if r.seen != nil && stamps[label] == r.stamps[label] {
				if text, ok := r.seen[key(s)][name]; ok {
					source[name] = text
					continue
				}
			}
			if source[name], err = s.Read(name); err != nil {
				delete(source, name) // it vanished, or may not be read: as if it were not there
			}
		}
		changed = changed || !maps.Equal(source, r.seen[key(s)])
		now[key(s)] = source
	}
	r.stamps, r.seen = stamps, texts{}
	for k, source := range now {
		r.seen[k] = maps.Clone(source)
	}
	return now, changed, nil
}

// key tells sources apart: two may be files of one folder.
func key(s modules.Source) string { return s.Label(s.Only) }

func stampOf(s modules.Source, name string) stamp {
	size, at, err := s.Stat(name)
	if err != nil {
		return stamp{size: -1}
	}
	return stamp{size, at}
}

func (r *Reloader) load(all texts) (*modules.Set, error) {
	sources := slices.Clone(r.sources)
	for i := range sources {
		sources[i] = sources[i].With(all[key(sources[i])])
	}
	return r.config.Load(sources...)
}

// fallBack puts the versions that did load in the place of files with errors, with what
// lay beside them.
func (r *Reloader) fallBack(all texts, errs []*spec.Error, out *Result) texts {
	for _, s := range r.sources {
		source, good := all[key(s)], r.good[key(s)]
		for _, name := range slices.Sorted(maps.Keys(source)) {
			label := s.Label(name)
			if !slices.ContainsFunc(errs, func(e *spec.Error) bool { return modules.FileOf(e.At) == label }) {
				continue
			}
			delete(source, name)
			if text, ok := good[name]; ok {
				source[name] = text
				for p, text := range good {
					if modules.LiesBeside(p, name) {
						source[p] = text
					}
				}
				if !slices.Contains(out.Kept, label) {
					out.Kept = append(out.Kept, label)
				}
			}
		}
	}
	return all
}
