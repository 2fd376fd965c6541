package reload

import (
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
)

// Reloader loads modules again when their files have changed. It watches nothing:
// Poll looks when it is called, which costs a walk over the folders. It is not for
// concurrent use.
type Reloader struct {
	config  modules.Config
	sources []modules.Source
	stamps  map[string]stamp // of all files as they were seen last, by label
	seen    []map[string]string
	good    []map[string]string // the texts of set, by source and path
	set     *modules.Set
}

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

// Poll looks at all files. If one has changed, all are loaded again; those with
// errors keep the version that did load, or are left out if there is none. If the
// others do not fit that version, everything stays as it was.
func (r *Reloader) Poll() Result {
	texts, changed, err := r.scan()
	if err != nil {
		return Result{Set: r.set, Errors: modules.Errors(err), read: r.set}
	}
	if !changed {
		return Result{Set: r.set, read: r.set}
	}
	set, err := r.load(texts)
	out := Result{Set: set, Changed: true, Errors: modules.Errors(err), read: set}
	for tries := 0; err != nil && tries < maxTries; tries++ {
		texts = r.fallBack(texts, modules.Errors(err), &out)
		out.Set, err = r.load(texts)
	}
	if err != nil {
		out.Set, out.Changed = r.set, false
		return out
	}
	r.set, r.good = out.Set, texts
	return out
}

// maxTries bounds how often errors may follow from leaving files as they were.
const maxTries = 4

// scan reads the files that may have changed, and says whether any has.
func (r *Reloader) scan() (texts []map[string]string, changed bool, err error) {
	stamps := map[string]stamp{}
	texts = make([]map[string]string, len(r.sources))
	changed = r.seen == nil
	for i, s := range r.sources {
		texts[i] = map[string]string{}
		names, err := s.All() // what it loads counts too, and what lies beside it
		if err != nil {
			return nil, false, err
		}
		for _, name := range names {
			label := s.Label(name)
			now := stampOf(s.FS, name)
			stamps[label] = now
			if r.seen != nil && now == r.stamps[label] {
				if text, ok := r.seen[i][name]; ok {
					texts[i][name] = text
					continue
				}
			}
			if texts[i][name], err = s.Read(name); err != nil {
				delete(texts[i], name) // it vanished, or may not be read: as if it were not there
			}
		}
		changed = changed || !maps.Equal(texts[i], r.seen[i])
	}
	r.stamps, r.seen = stamps, slices.Clone(texts)
	for i := range texts {
		texts[i] = maps.Clone(texts[i])
	}
	return texts, changed, nil
}

func stampOf(f fs.FS, name string) stamp {
	info, err := fs.Stat(f, name)
	if err != nil {
		return stamp{size: -1}
	}
	return stamp{info.Size(), info.ModTime()}
}

func (r *Reloader) load(texts []map[string]string) (*modules.Set, error) {
	sources := slices.Clone(r.sources)
	for i := range sources {
		sources[i] = sources[i].With(texts[i])
	}
	return r.config.Load(sources...)
}

// fallBack puts the versions that did load in the place of files with errors, with what
// lay beside them.
func (r *Reloader) fallBack(texts []map[string]string, errs []*spec.Error, out *Result) []map[string]string {
	for i, s := range r.sources {
		for _, name := range slices.Sorted(maps.Keys(texts[i])) {
			label := s.Label(name)
			if !slices.ContainsFunc(errs, func(e *spec.Error) bool { return modules.FileOf(e.At) == label }) {
				continue
			}
			delete(texts[i], name)
			if r.good == nil {
				continue
			}
			if text, ok := r.good[i][name]; ok {
				texts[i][name] = text
				for p, text := range r.good[i] {
					if modules.LiesBeside(p, name) {
						texts[i][p] = text
					}
				}
				if !slices.Contains(out.Kept, label) {
					out.Kept = append(out.Kept, label)
				}
			}
		}
	}
	return texts
}
