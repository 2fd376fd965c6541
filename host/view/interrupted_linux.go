package view

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/armonic/armonic/spec"
)

// begunRequest is a request to the package manager that was begun, with what was there
// before: if this process is killed, what scripts made is found by whoever finishes it or
// takes it back. It is kept until that is recorded.
type begunRequest struct {
	Packages map[string]Object // as they were
	Before   observation

	file string
}

// remember keeps a request that installs something. It gives an earlier one of one of these
// packages, if that was begun and not finished.
func (r Real) remember(objects []Named, now dpkgPackages, installs bool) (q begunRequest, begun bool) {
	names := packageNames(objects)
	if q, begun := r.begunWith(names); begun {
		return q, true
	}
	if !installs {
		return q, false
	}
	q = begunRequest{Packages: map[string]Object{}, Before: observe()}
	for _, name := range names {
		q.Packages[name] = now[name].state().Object()
	}
	if r.State == "" {
		return q, false
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(names, "\n")))
	q.file = filepath.Join(r.State, "packages-"+hex.EncodeToString(sum[:8])+".json")
	b, err := json.Marshal(q)
	if err == nil {
		err = writeWhole(q.file, b)
	}
	if err != nil { // it only matters if we are killed
		r.say("what is made beside packages would not be known after a crash: " + err.Error())
	}
	return q, false
}

// begunWith is a request with one of these packages that was begun and not finished.
func (r Real) begunWith(names []string) (q begunRequest, found bool) {
	if r.State == "" {
		return q, false
	}
	files, _ := filepath.Glob(filepath.Join(r.State, "packages-*.json"))
	for _, file := range files {
		b, err := os.ReadFile(file)
		q = begunRequest{}
		if err != nil || json.Unmarshal(b, &q) != nil {
			continue
		}
		for _, name := range names {
			if _, ok := q.Packages[name]; ok {
				q.file = file
				return q, true
			}
		}
	}
	return begunRequest{}, false
}

func (q begunRequest) forget() {
	if q.file != "" {
		_ = os.Remove(q.file)
	}
}

// Unrecorded gives what came to be besides packages that are there, of a request that was
// interrupted before that could be recorded.
func (r Real) Unrecorded(keys []string) []Named {
	q, begun := r.begunWith(keyNames(keys))
	if !begun {
		return nil
	}
	now, err := readDpkg()
	if err != nil {
		return nil
	}
	var there []string
	for name := range q.Packages {
		if now[name].state().Version != "" {
			there = append(there, name)
		}
	}
	left, err := findLeftovers(there, now)
	if err != nil {
		return nil
	}
	return left.named(r.since(q.Before))
}

// Recorded forgets how all was before a request, since what came to be besides is recorded.
func (r Real) Recorded(keys []string) {
	q, _ := r.begunWith(keyNames(keys))
	q.forget()
}

// tidyPackage does what a request of a package that was interrupted has left to be done.
// Nothing of it runs any more.
func (r Real) tidyPackage(ctx context.Context, name string) error {
	if err := removePolicy(); err != nil {
		return err
	}
	if err := r.finishPurge(ctx); err != nil {
		return err
	}
	q, _ := r.begunWith([]string{name})
	return q.forgetUndone()
}

// forgetUndone forgets a request that has come to nothing, or was taken back.
func (q begunRequest) forgetUndone() error {
	if q.file == "" {
		return nil
	}
	now, err := readDpkg()
	for name, was := range q.Packages {
		if err != nil || !Same(was, now[name].state().Object()) {
			return err
		}
	}
	q.forget()
	return nil
}

func keyNames(keys []string) (names []string) {
	for _, key := range keys {
		if spec.KindOfKey(key) == Package {
			names = append(names, keyName(key))
		}
	}
	return names
}

func writeWhole(file string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(file+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(b); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := os.Rename(file+".new", file); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// named are those of several objects that scripts name, or that have one of these in them.
// Who finishes later what was begun cannot know of the others whose they are.
func (l *leftovers) named(objects []Named) []Named {
	return slices.DeleteFunc(objects, func(o Named) bool {
		if !strings.HasPrefix(o.Key, "/") {
			word := regexp.MustCompile(`(^|[^\w-])` + regexp.QuoteMeta(keyName(o.Key)) + `($|[^\w-])`)
			return !word.MatchString(l.text)
		}
		for p := range l.paths {
			if belowAny(p, []string{o.Key}) {
				return false
			}
		}
		return true
	})
}

// removeMade removes what an interrupted request made, and says what stays. A directory that
// has something in it does.
func (r Real) removeMade(ctx context.Context, made []Named) {
	for _, o := range slices.Backward(made) {
		var err error
		switch spec.KindOfKey(o.Key) {
		case User:
			err = r.putUser(ctx, keyName(o.Key), Object{})
		case Group:
			err = r.putGroup(ctx, keyName(o.Key), Object{})
		default:
			if err = os.Remove(o.Key); os.IsNotExist(err) {
				err = nil
			}
		}
		if err != nil {
			r.say(o.Key + " stays: " + err.Error())
		}
	}
}
