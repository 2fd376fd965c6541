package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"github.com/armonic/armonic/spec"
)

// ErrDamaged is in the chain of errors about a file that is not as it was written.
var ErrDamaged = errors.New("the journal is damaged")

// ErrFormat is in the chain of errors about a file of another version.
var ErrFormat = errors.New("the journal has another format")

const opening = "open the journal"

func (j *Journal) damaged(what error) *spec.Error {
	return (&spec.Error{Kind: spec.Failed, Op: "use the journal", At: j.path,
		Msg: fmt.Sprintf("it is damaged: %v", what), Err: errors.Join(ErrDamaged, what)}).
		WithHint("nothing was changed in it; stop what uses it and restore it from a backup, or move it aside (mv %s %s.damaged): "+
			"then nothing is known of what is applied on this host", j.path, j.path)
}

// damagedLifecycle is damage that concerns one lifecycle.
func (j *Journal) damagedLifecycle(lifecycle string, what error) *spec.Error {
	e := j.damaged(what)
	e.Msg = fmt.Sprintf("what it has of %s is damaged: %v", lifecycle, what)
	e.Hint += "; the other lifecycles can be used as they are"
	return e
}

// unreadable is an error of reading what is kept of a lifecycle: the key is another one,
// or it is damaged.
func (j *Journal) unreadable(lifecycle string, err error) error {
	if err == nil || isKeyError(err) {
		return j.unsealed(lifecycle, err)
	}
	return j.damagedLifecycle(lifecycle, err)
}

// unsealed is a secret of something that cannot be sealed or unsealed.
func (j *Journal) unsealed(whose string, err error) error {
	var bad keyError
	if !errors.As(err, &bad) {
		return err
	}
	e := &spec.Error{Kind: spec.Denied, Op: "use the secrets of " + whose, At: j.path, Msg: bad.Error(), Err: err}
	if spec.KindOf(bad) == spec.Denied { // others can read the key
		return e.WithHint("%s", spec.HintOf(bad))
	}
	return e.WithHint("restore the key file %s that they were sealed with; without it they are lost, and the journal must be moved aside", j.key.Path)
}

func (j *Journal) locked(pid string) *spec.Error {
	who := "another process has it open"
	if pid != "" {
		who = fmt.Sprintf("the process %s has it open", pid)
	}
	return (&spec.Error{Kind: spec.Unavailable, Op: opening, At: j.path, Msg: who}).
		WithHint("an agent or another command works in this folder: wait until it has ended, talk to that agent, or choose another folder with --state-dir")
}

func (j *Journal) otherFormat(text string) *spec.Error {
	return (&spec.Error{Kind: spec.Conflict, Op: opening, At: j.path, Err: ErrFormat,
		Msg: fmt.Sprintf("its format is %q, this version of Armonic knows %q and older ones", text, formatText(currentFormat()))}).
		WithHint("use the version of Armonic that wrote it, or another folder with --state-dir")
}

// failed names the file in an error of the system's, and what can be done.
func (j *Journal) failed(op string, err error) error {
	if known := (*spec.Error)(nil); err == nil || errors.As(err, &known) {
		return err
	}
	e := &spec.Error{Kind: spec.Failed, Op: op, At: j.path, Msg: err.Error(), Err: err}
	var path *fs.PathError
	if errors.As(err, &path) {
		e.Msg = path.Op + ": " + path.Err.Error()
		if path.Path != j.path {
			e.Msg = path.Op + " " + path.Path + ": " + path.Err.Error()
		}
	}
	switch {
	case full(err):
		return e.WithHint("make room on the disk and try again; nothing that was recorded is lost")
	case errors.Is(err, syscall.EROFS):
		e.Kind = spec.Denied
		return e.WithHint("the file system is mounted read-only; a disk that has errors becomes that: look at the kernel's log, then mount -o remount,rw; or choose another folder with --state-dir")
	case errors.Is(err, fs.ErrPermission) && os.Geteuid() == 0:
		e.Kind = spec.Denied
		return e.WithHint("even root is refused: look at lsattr, at the mount, and at AppArmor or SELinux; or choose another folder with --state-dir")
	case errors.Is(err, fs.ErrPermission):
		e.Kind = spec.Denied
		return e.WithHint("run this as the user that owns the file, usually root, or choose another folder with --state-dir")
	}
	return e
}

// full reports whether a write did not fit: another may, later.
func full(err error) bool {
	return slices.ContainsFunc([]error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG, berrors.ErrMaxSizeReached}, func(e error) bool {
		return errors.Is(err, e) || strings.Contains(err.Error(), e.Error()) // bbolt does not always wrap
	})
}
