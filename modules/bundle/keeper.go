package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/modules"
	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/transfer"
)

// keptVersions of a bundle stay, the ones that were used last.
const keptVersions = 5

// Config is what a Keeper is made of.
type Config struct {
	Dir    string // where bundles are kept: a folder of its own
	Verify Verify
	// Try says whether modules load beside those that are not bundles, as well as those of now do.
	Try    func(now, wanted []modules.Source) error
	Now    func() time.Time // nil is time.Now
	Logger *slog.Logger
}

// Verify says whether an order counts.
type Verify func(o spec.BundleOrder, now time.Time) error

// Keeper is the end of an agent.
type Keeper struct {
	c       Config
	parts   transfer.Store
	changed chan struct{} // of size 1: a token says that other bundles are to be loaded than are

	mu      sync.Mutex
	bundles map[string]*bundle
	loaded  map[string]string // digests of what is loaded, by the names of bundles
	notes   []string          // since then
}

// bundle is what is remembered of one.
type bundle struct {
	Used     string               `json:"used"`
	Versions []spec.BundleVersion `json:"versions"` // the one that was used last at the end
}

var _ spec.ModuleKeeper = (*Keeper)(nil)

const listFile = "bundles.json"

// Open reads what is kept. A version that cannot be read any more is not used; the error names all
// such, and the Keeper can be used nevertheless.
func Open(c Config) (*Keeper, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	k := &Keeper{c: c, parts: transfer.Store{Dir: c.Dir, What: "bundle", Most: mostPacked}, changed: make(chan struct{}, 1),
		bundles: map[string]*bundle{}, loaded: map[string]string{}}
	text, err := os.ReadFile(filepath.Join(c.Dir, listFile))
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &k.bundles)
	}
	if err != nil {
		return k, spec.Errorf(spec.Unavailable, "cannot read which modules were handed over: %v", err)
	}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(k.bundles)) {
		if _, err := k.read(name, k.bundles[name].Used); err != nil {
			wrong = append(wrong, err)
			k.bundles[name].Used = ""
		}
	}
	return k, errors.Join(wrong...)
}

func (k *Keeper) file(name, digest string) string {
	return filepath.Join(k.c.Dir, name+"-"+digest+".tar")
}

// read gives a version that is kept, unless its file was changed.
func (k *Keeper) read(name, digest string) (modules.Source, error) {
	wrong := func(why string) (modules.Source, error) {
		return modules.Source{}, spec.Errorf(spec.Unavailable, "the version %s of the modules %s cannot be used any more: %s", spec.ShortDigest(digest), name, why).
			WithHint("push it again")
	}
	text, err := os.ReadFile(k.file(name, digest))
	if err != nil {
		return wrong(err.Error())
	}
	if is, _, _ := transfer.Digest(bytes.NewReader(text)); is != digest {
		return wrong("its file was changed")
	}
	s, err := source(name, text)
	if err != nil {
		return wrong(err.Error())
	}
	return s, nil
}

// sources are those of what is used, with a version in the place of one of a bundle. k.mu is held.
func (k *Keeper) sources(instead string, version *modules.Source) (all []modules.Source) {
	names := slices.Sorted(maps.Keys(k.bundles))
	if version != nil && k.bundles[instead] == nil {
		names = append(names, instead)
		slices.Sort(names)
	}
	for _, name := range names {
		switch {
		case name == instead && version != nil:
			all = append(all, *version)
		case name != instead && k.bundles[name].Used != "":
			if s, err := k.read(name, k.bundles[name].Used); err == nil { // else it was named by Open
				all = append(all, s)
			}
		}
	}
	return all
}

// Changed has a token when other bundles are to be loaded than are.
func (k *Keeper) Changed() <-chan struct{} { return k.changed }

// Take gives the sources of what is used. Taken is to be called when they are loaded, with what an
// operator should know about it.
func (k *Keeper) Take() (all []modules.Source, taken func(notes []string)) {
	k.mu.Lock()
	defer k.mu.Unlock()
	used := map[string]string{}
	for name, b := range k.bundles {
		used[name] = b.Used
	}
	return k.sources("", nil), func(notes []string) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.loaded, k.notes = used, notes
	}
}

// Bundles are all that are kept.
func (k *Keeper) Bundles() []spec.Bundle {
	k.mu.Lock()
	defer k.mu.Unlock()
	var out []spec.Bundle
	for _, name := range slices.Sorted(maps.Keys(k.bundles)) {
		out = append(out, spec.Bundle{Name: name, Used: k.loaded[name], Versions: slices.Clone(k.bundles[name].Versions)})
	}
	return out
}

// StageModules keeps a piece.
func (k *Keeper) StageModules(_ context.Context, p spec.Piece) (spec.BundleState, error) {
	if err := k.parts.Check(p); err != nil {
		return spec.BundleState{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.state(p.Digest); s.Kept {
		return s, nil
	}
	err := k.parts.Keep(p)
	return k.state(p.Digest), err
}

// state is how far it is with a version. k.mu is held.
func (k *Keeper) state(digest string) spec.BundleState {
	s := spec.BundleState{Have: k.parts.Have(digest), Notes: k.notes}
	for name, b := range k.bundles {
		s.Kept = s.Kept || slices.ContainsFunc(b.Versions, func(v spec.BundleVersion) bool { return v.Digest == digest })
		s.Waiting = s.Waiting || b.Used != k.loaded[name]
	}
	for name := range k.loaded {
		s.Waiting = s.Waiting || k.bundles[name] == nil
	}
	return s
}

// UseModules has a version used.
func (k *Keeper) UseModules(_ context.Context, o spec.BundleOrder) (spec.BundleState, error) {
	if err := CheckName(o.Name); err != nil {
		return spec.BundleState{}, err
	}
	if o.Digest != "" && !transfer.IsDigest(o.Digest) || o.Size < 0 || o.Size > mostBytes {
		return spec.BundleState{}, spec.Errorf(spec.Invalid, "the order is wrong")
	}
	if err := k.c.Verify(o, k.c.Now()); err != nil {
		k.c.Logger.Warn("modules were refused", "bundle", o.Name, "digest", o.Digest, "by", o.By, "error", err)
		return spec.BundleState{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	b := k.bundles[o.Name]
	switch {
	case b == nil && o.Digest == "", b != nil && b.Used == o.Digest && o.Digest != "":
		return k.state(o.Digest), nil
	case o.Digest == "":
		return k.drop(o)
	}
	version, err := k.version(b, o)
	if err == nil {
		err = k.c.Try(k.sources("", nil), k.sources(o.Name, &version))
	}
	if err != nil {
		k.prune(o.Name)
		return k.state(o.Digest), err
	}
	after := &bundle{Used: o.Digest}
	if b != nil {
		after.Versions = slices.DeleteFunc(slices.Clone(b.Versions), func(v spec.BundleVersion) bool { return v.Digest == o.Digest })
	}
	after.Versions = append(after.Versions, spec.BundleVersion{Digest: o.Digest, At: k.c.Now(), By: o.By})
	if extra := len(after.Versions) - keptVersions; extra > 0 {
		after.Versions = after.Versions[extra:]
	}
	return k.use(o, after)
}

// version gives what is ordered, and writes it down if it was handed over. k.mu is held.
func (k *Keeper) version(b *bundle, o spec.BundleOrder) (modules.Source, error) {
	if b != nil && slices.ContainsFunc(b.Versions, func(v spec.BundleVersion) bool { return v.Digest == o.Digest }) {
		if s, err := k.read(o.Name, o.Digest); err == nil {
			return s, nil
		}
	}
	var content bytes.Buffer
	if err := k.parts.Unpack(o.Digest, o.Size, &content); err != nil {
		k.parts.Forget(o.Digest)
		return modules.Source{}, err
	}
	k.parts.Forget(o.Digest)
	s, err := source(o.Name, content.Bytes())
	if err == nil {
		err = renameio.WriteFile(k.file(o.Name, o.Digest), content.Bytes(), 0o600)
	}
	return s, err
}

func (k *Keeper) drop(o spec.BundleOrder) (spec.BundleState, error) {
	if err := k.c.Try(k.sources("", nil), k.sources(o.Name, nil)); err != nil {
		return k.state(o.Digest), err
	}
	return k.use(o, nil)
}

// use remembers what is to be used of a bundle, nil for nothing. k.mu is held.
func (k *Keeper) use(o spec.BundleOrder, b *bundle) (spec.BundleState, error) {
	before := k.bundles[o.Name]
	if k.bundles[o.Name] = b; b == nil {
		delete(k.bundles, o.Name)
	}
	text, err := json.Marshal(k.bundles)
	if err == nil {
		err = renameio.WriteFile(filepath.Join(k.c.Dir, listFile), text, 0o600)
	}
	if err != nil {
		if k.bundles[o.Name] = before; before == nil {
			delete(k.bundles, o.Name)
		}
		return k.state(o.Digest), spec.Errorf(spec.Failed, "%v", err)
	}
	k.c.Logger.Info("modules are used", "bundle", o.Name, "digest", o.Digest, "by", o.By)
	k.prune(o.Name)
	select {
	case k.changed <- struct{}{}:
	default: // that is known already
	}
	return k.state(o.Digest), nil
}

// prune removes the files of versions that are not kept. k.mu is held.
func (k *Keeper) prune(name string) {
	keep := map[string]bool{}
	for n, b := range k.bundles {
		for _, v := range b.Versions {
			keep[k.file(n, v.Digest)] = true
		}
	}
	files, _ := filepath.Glob(filepath.Join(k.c.Dir, name+"-*.tar"))
	for _, f := range files {
		if !keep[f] {
			_ = os.Remove(f)
		}
	}
}
