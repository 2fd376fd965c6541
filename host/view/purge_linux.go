package view

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/armonic/armonic/spec"
)

// unfinishedPurge is what is to be done after packages were purged. Nothing tells of it any
// more once they are gone, so it is kept until it is done: this process may be killed.
type unfinishedPurge struct {
	Packages []string
	Goes     map[string]string
	Data     map[string][]string
	Owned    map[string]bool
	Units    []string
	Text     string
	Made     []Named // what an installation that was interrupted had made
}

func (l *leftovers) unfinished(w packageWork) unfinishedPurge {
	return unfinishedPurge{l.packages, w.goes, l.data, l.owned, l.units, l.text, w.made}
}

func (u unfinishedPurge) leftovers() leftovers {
	return leftovers{packages: u.Packages, data: u.Data, owned: u.Owned, units: u.Units, text: u.Text}
}

// purge purges packages, keeps data that is to stay, and does away with what the package
// manager leaves.
func (r Real) purge(ctx context.Context, w packageWork, left leftovers) (last string, err error) {
	u := left.unfinished(w)
	if r.State != "" {
		b, err := json.Marshal(u)
		if err == nil {
			err = writeWhole(r.purgeFile(), b)
		}
		if err != nil {
			return "", spec.Errorf(spec.Failed, "cannot note what is purged: %v", err)
		}
	}
	if err := left.keep(w.goes); err != nil {
		return "", err
	}
	last, err = r.request(ctx, w, append([]string{"purge"}, w.purge...))
	if spec.KindOf(err) == spec.Failed {
		err = errors.Join(err, r.purgeRest(ctx, w.purge))
	}
	return last, errors.Join(err, r.finish(ctx, u))
}

// finish does what is to be done after a purge, for the packages that are gone.
func (r Real) finish(ctx context.Context, u unfinishedPurge) error {
	if err := restoreKept(); err != nil {
		return err
	}
	all, err := readDpkg()
	if err != nil {
		return err
	}
	there := func(name string) bool { return all[name].state() != PackageState{} }
	if slices.ContainsFunc(u.Packages, there) {
		u.Made, u.Units, u.Text = nil, nil, "" // of which nobody knows whether they are theirs
	}
	left := u.leftovers()
	said, err := left.clean(u.Goes, there)
	for _, text := range said {
		r.say(text)
	}
	if err == nil {
		r.removeMade(ctx, u.Made)
		err = r.settings(ctx, left)
	}
	if err == nil && r.State != "" {
		err = os.Remove(r.purgeFile())
	}
	return err
}

// finishPurge does what a purge that was interrupted has left to be done. Nothing purges any
// more.
func (r Real) finishPurge(ctx context.Context) error {
	if r.State == "" {
		return restoreKept()
	}
	b, err := os.ReadFile(r.purgeFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	var u unfinishedPurge
	if err == nil {
		err = json.Unmarshal(b, &u)
	}
	if err != nil {
		return spec.Errorf(spec.Failed, "cannot read what was purged last: %v", err).WithHint("look at %s, and remove it", r.purgeFile())
	}
	return r.finish(ctx, u)
}

func (r Real) purgeFile() string { return filepath.Join(r.State, "purge.json") }
