package rollout

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Store keeps the logs of deployments in a directory, a file each, with a record a line as
// JSON. Secrets are sealed. Of deployments that are over the last 200 are kept.
type Store struct {
	dir      string
	policy   value.Policy
	patience time.Duration // how long another process is waited for that holds a log
}

// keptLogs is how many deployments that are over are kept.
const keptLogs = 200

const suffix = ".log"

// NewStore keeps logs in a directory, which is made when it is needed. Secrets are sealed
// with keys.
func NewStore(dir string, keys value.Sealer) *Store {
	return &Store{dir: dir, policy: value.Seal(keys), patience: claimWithin}
}

func (s *Store) file(id spec.DeploymentID) string { return filepath.Join(s.dir, string(id)+suffix) }

// Output is a file beside the log, for what a process prints that carries the deployment out
// on its own.
func (s *Store) Output(id spec.DeploymentID) string {
	return filepath.Join(s.dir, string(id)+".out")
}

// create begins a log. It is held by this process until it is closed.
func (s *Store) create(id spec.DeploymentID) (Log, error) {
	if err := s.checkID(id); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, s.fails("keep the log of the deployment", err)
	}
	s.prune()
	f, err := os.OpenFile(s.file(id), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, s.fails("keep the log of the deployment", err)
	}
	return s.hold(f, id)
}

func (s *Store) checkID(id spec.DeploymentID) error {
	if id == "" || strings.ContainsAny(string(id), "/\x00") || strings.HasPrefix(string(id), ".") {
		return spec.Errorf(spec.Invalid, "%q is no id of a deployment", string(id))
	}
	return nil
}

func (s *Store) fails(what string, err error) error {
	return &spec.Error{Kind: spec.Failed, Msg: fmt.Sprintf("cannot %s: %v", what, err), Hint: "deployments are kept in " + s.dir, Err: err}
}

// hold locks a log, so that one process carries a deployment out. Another one that does lets
// go of it.
func (s *Store) hold(f *os.File, id spec.DeploymentID) (Log, error) {
	err := lock(f)
	if err != nil {
		err = s.claim(f, id)
	}
	if err != nil {
		_ = f.Close()
		return nil, spec.Errorf(spec.Conflict, "deployment %s is being carried out by another process on this machine, which does not let go of it", id).
			WithHint("wait for it, or end that process; armonic deployments show %s shows how far it is", id)
	}
	_ = os.Remove(s.file(id) + claimSuffix)   // of one that was killed, it would have this process let go
	if d, err := os.Open(s.dir); err == nil { // so that the file is still there after a power cut
		_ = d.Sync()
		_ = d.Close()
	}
	return &fileLog{f: f, policy: s.policy, fails: s.fails}, nil
}

// Open goes on with a log, which is held by this process until it is closed, and gives the
// records so far. A record that was not written as a whole is cut off. Another process of this
// machine that carries the deployment out is asked to let go. The error is spec.NotFound if there
// is none, spec.Conflict if that process does not.
func (s *Store) Open(id spec.DeploymentID) (Log, []Record, error) {
	if err := s.checkID(id); err != nil {
		return nil, nil, err
	}
	f, err := os.OpenFile(s.file(id), os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, nil, s.notFound(id, err)
	}
	log, err := s.hold(f, id)
	if err != nil {
		return nil, nil, err
	}
	records, whole, err := s.read(f)
	if err == nil {
		err = f.Truncate(whole)
	}
	if err != nil {
		_ = log.Close()
		return nil, nil, s.fails("read the log of deployment "+string(id), err)
	}
	return log, records, nil
}

func (s *Store) notFound(id spec.DeploymentID, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return spec.Errorf(spec.NotFound, "there is no deployment %q here", string(id)).WithHint("armonic deployments lists them")
	}
	return s.fails("read the log of deployment "+string(id), err)
}

// Import keeps a log that comes from somewhere else, and holds it. One that is there already
// and is at least as new stays.
func (s *Store) Import(id spec.DeploymentID, records []Record) (Log, []Record, error) {
	log, have, err := s.Open(id)
	switch {
	case err == nil && Replay(have).revision() >= Replay(records).revision():
		return log, have, nil
	case err == nil:
		err = log.Close()
	case spec.KindOf(err) == spec.NotFound:
		err = nil
	}
	if err != nil {
		return nil, nil, err
	}
	var text bytes.Buffer
	for _, r := range records {
		line, err := value.Encode(r, s.policy)
		if err != nil {
			return nil, nil, s.fails("keep the log of the deployment", err)
		}
		text.Write(append(line, '\n'))
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, nil, s.fails("keep the log of the deployment", err)
	}
	if err := renameio.WriteFile(s.file(id), text.Bytes(), 0o600); err != nil {
		return nil, nil, s.fails("keep the log of the deployment", err)
	}
	return s.Open(id)
}

// Read gives the records of a deployment, while it may be carried out.
func (s *Store) Read(id spec.DeploymentID) ([]Record, error) {
	if err := s.checkID(id); err != nil {
		return nil, err
	}
	f, err := os.Open(s.file(id))
	if err != nil {
		return nil, s.notFound(id, err)
	}
	defer func() { _ = f.Close() }()
	records, _, err := s.read(f)
	if err != nil {
		return nil, s.fails("read the log of deployment "+string(id), err)
	}
	return records, nil
}

func (s *Store) read(r io.Reader) (records []Record, whole int64, err error) {
	return readRecords(r, s.policy)
}

// Held reports whether a process on this machine carries the deployment out.
func (s *Store) Held(id spec.DeploymentID) bool {
	f, err := os.Open(s.file(id))
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) != nil
}

// IDs lists the deployments that are kept, the newest first.
func (s *Store) IDs() ([]spec.DeploymentID, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, s.fails("list the deployments", err)
	}
	var out []spec.DeploymentID
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), suffix); ok {
			out = append(out, spec.DeploymentID(id))
		}
	}
	slices.SortFunc(out, func(a, b spec.DeploymentID) int { return strings.Compare(string(b), string(a)) })
	return out, nil
}

// List summarises the deployments that are kept, the newest first. What cannot be read is
// in errs.
func (s *Store) List() (all []Summary, errs []error) {
	ids, err := s.IDs()
	if err != nil {
		return nil, []error{err}
	}
	for _, id := range ids {
		x, err := s.Summary(id)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		all = append(all, x)
	}
	return all, errs
}

// Summary tells in few words what is known of a deployment.
func (s *Store) Summary(id spec.DeploymentID) (Summary, error) {
	if x := s.last(id); x != nil {
		return *x, nil
	}
	records, err := s.Read(id)
	if err != nil {
		return Summary{}, err
	}
	x := Replay(records).Summary()
	if x.State == "running" && !s.Held(id) {
		x.State = "interrupted" // whoever carried it out is gone
	}
	return x, nil
}

// last is the summary in the last record, if the deployment is over: then nothing else need
// be read.
func (s *Store) last(id spec.DeploymentID) *Summary {
	f, err := os.Open(s.file(id))
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	const most = 16 << 10
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	text := make([]byte, min(most, info.Size()))
	if _, err := f.ReadAt(text, info.Size()-int64(len(text))); err != nil {
		return nil
	}
	lines := bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
	var rec Record
	if err := value.Decode(lines[len(lines)-1], &rec, s.policy); err != nil {
		return nil
	}
	return rec.Over
}

// Find gives the id of a deployment: of that id, of an id that begins so, or the newest of
// that name. The error is spec.NotFound, or spec.Ambiguous.
func (s *Store) Find(text string) (spec.DeploymentID, error) {
	ids, err := s.IDs()
	if err != nil {
		return "", err
	}
	var found []spec.DeploymentID
	for _, id := range ids {
		if string(id) == text {
			return id, nil
		}
		if text != "" && strings.HasPrefix(string(id), text) {
			found = append(found, id)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return "", spec.Errorf(spec.Ambiguous, "%d deployments begin with %q", len(found), text).WithHint("give more of the id; armonic deployments lists them")
	}
	for _, id := range ids {
		if x, err := s.Summary(id); err == nil && x.Name == text {
			return id, nil
		}
	}
	return "", spec.Errorf(spec.NotFound, "there is no deployment %q", text).WithHint("armonic deployments lists them, by id and by name")
}

// replace makes room for a deployment of a name: the one before it that is not over says
// from then on what took its place. The error is spec.Conflict if that is being carried out.
func (s *Store) replace(by spec.DeploymentID, name, who string, now time.Time) (spec.DeploymentID, error) {
	ids, err := s.IDs()
	if err != nil {
		return "", err
	}
	for _, id := range ids {
		x, err := s.Summary(id)
		if err != nil || x.Name != name {
			continue
		}
		if x.State == "done" || x.State == "replaced" || x.State == "rolled back" {
			return id, nil
		}
		log, records, err := s.Open(id)
		if err != nil {
			return "", spec.Errorf(spec.Conflict, "a deployment named %s is being carried out: %s", name, id).
				WithHint("wait for it, stop it, or give this one another name with --name")
		}
		state := Replay(records)
		rec := Record{N: state.n + 1, At: now, Kind: RecordReplaced, Who: who, Other: by}
		err = log.Append(rec)
		if err == nil && !state.Ended.IsZero() {
			state.Apply(rec)
			over := Record{N: rec.N + 1, At: state.Ended, Kind: RecordOver}
			state.Apply(over)
			sum := state.Summary()
			over.Over = &sum
			err = log.Append(over)
		}
		return id, errors.Join(err, log.Close())
	}
	return "", nil
}

// prune removes the oldest deployments that are over.
func (s *Store) prune() {
	ids, _ := s.IDs()
	kept := 0
	for _, id := range ids {
		if s.last(id) == nil {
			continue
		}
		if kept++; kept > keptLogs {
			_ = os.Remove(s.file(id))
			_ = os.Remove(s.Output(id))
			_ = os.Remove(s.file(id) + claimSuffix)
		}
	}
}
