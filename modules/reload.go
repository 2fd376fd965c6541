package modules

import (
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/armonic/armonic/spec"
)

// Reloader loads modules again when their files have changed. It watches nothing:
// Poll looks when it is called, which costs a walk over the folders. It is not for
// concurrent use.
type Reloader struct {
	config  Config
	sources []Source
	stamps  map[string]stamp // of all files as they were seen last, by label
	seen    []map[string]string
	good    []map[string]string // the texts of set, by source and path
	set     *Set
}

// stamp tells that a file may have changed.
type stamp struct {
	size int64
	at   time.Time
}

// Reload is what a look at the files brought.
type Reload struct {
	Set     *Set          // what is to be used now; never nil
	Changed bool          // whether Set is another one than before
	Errors  []*spec.Error // why files were left as they were, or out
	Kept    []string      // the files that keep the version that did load
	read    *Set          // what the files hold, with its errors
}

// Explain is Set.Explain for the errors of a look, which are about files as they are
// now.
func (r Reload) Explain(e *spec.Error) string { return r.read.Explain(e) }

// NewReloader prepares to load modules; the first Poll loads them.
func NewReloader(c Config, sources ...Source) *Reloader {
	return &Reloader{config: c, sources: sources, set: &Set{}}
}

// Poll looks at all files. If one has changed, all are loaded again; those with
// errors keep the version that did load, or are left out if there is none. If the
// others do not fit that version, everything stays as it was.
func (r *Reloader) Poll() Reload {
	texts, changed, err := r.scan()
	if err != nil {
		return Reload{Set: r.set, Errors: Errors(err), read: r.set}
	}
	if !changed {
		return Reload{Set: r.set, read: r.set}
	}
	set, err := r.load(texts)
	out := Reload{Set: set, Changed: true, Errors: Errors(err), read: set}
	for tries := 0; err != nil && tries < maxTries; tries++ {
		texts = r.fallBack(texts, Errors(err), &out)
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
		all := s
		all.Only = "" // what it loads counts too
		names, err := all.files()
		if err != nil {
			return nil, false, spec.Errorf(spec.Unavailable, "cannot read the modules of %s: %s", s.Name, reason(err))
		}
		for _, name := range names {
			label := s.label(name)
			now := stampOf(s.FS, name)
			stamps[label] = now
			if r.seen != nil && now == r.stamps[label] {
				if text, ok := r.seen[i][name]; ok {
					texts[i][name] = text
					continue
				}
			}
			if texts[i][name], err = readFile(s.FS, name); err != nil {
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

func (r *Reloader) load(texts []map[string]string) (*Set, error) {
	sources := slices.Clone(r.sources)
	for i := range sources {
		sources[i].held = texts[i]
	}
	return r.config.Load(sources...)
}

// fallBack puts the versions that did load in the place of files with errors.
func (r *Reloader) fallBack(texts []map[string]string, errs []*spec.Error, out *Reload) []map[string]string {
	for i, s := range r.sources {
		for _, name := range slices.Sorted(maps.Keys(texts[i])) {
			label := s.label(name)
			if !slices.ContainsFunc(errs, func(e *spec.Error) bool { f, _, _ := splitAt(e.At); return f == label }) {
				continue
			}
			delete(texts[i], name)
			if r.good == nil {
				continue
			}
			if text, ok := r.good[i][name]; ok {
				texts[i][name] = text
				if !slices.Contains(out.Kept, label) {
					out.Kept = append(out.Kept, label)
				}
			}
		}
	}
	return texts
}
