package journal

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/spec"
	"github.com/armonic/armonic/value"
)

// Runs lists the runs that have ended, the oldest first, and gives those that were
// begun and have not.
func (j *Journal) Runs() (ended []spec.EndedRun, begun []spec.RunRecord, err error) {
	j.mu.Lock()
	all := maps.Clone(j.runs)
	j.mu.Unlock()
	order := slices.SortedFunc(maps.Keys(all), func(a, b spec.RunID) int { return cmp.Compare(all[a].number, all[b].number) })
	for _, id := range order {
		if all[id].ended {
			ended = append(ended, spec.EndedRun{Run: id, Digest: all[id].digest})
			continue
		}
		r, err := j.Run(id)
		if err != nil {
			return nil, nil, err
		}
		begun = append(begun, r)
	}
	return ended, begun, nil
}

// Run gives all that is kept of a run. The error is NotFound for one that was never
// begun, or too long ago.
func (j *Journal) Run(id spec.RunID) (out spec.RunRecord, err error) {
	err = j.view("read what happened in the run "+string(id), func(b *bbolt.Bucket) error {
		entry, known := j.entry(id)
		if !known {
			return spec.Errorf(spec.NotFound, "there is no run %s", id)
		}
		out, err = j.loadRun(b, entry.number)
		return err
	})
	return out, err
}

// Digest identifies a secret without telling it.
func (j *Journal) Digest(s value.Secret) (string, error) {
	d, err := j.key.Digest(s)
	if err != nil {
		return "", j.unsealed("a run", err)
	}
	return d, nil
}

// RecordRun replaces what is kept of a run. Secrets among the values returned are
// sealed, and hidden in texts.
func (j *Journal) RecordRun(r spec.RunRecord) error {
	return j.recordingRun(r, func(put func(*bbolt.Bucket) error) error {
		return j.update("record the run "+string(r.Run), put)
	})
}

// recordingRun makes a change of which it is a part that a run is put.
func (j *Journal) recordingRun(r spec.RunRecord, change func(put func(*bbolt.Bucket) error) error) error {
	text, err := j.runText(r)
	if err != nil {
		return j.failed("record the run "+string(r.Run), j.unsealed("the run "+string(r.Run), err))
	}
	_, before := j.entry(r.Run)
	err = change(func(b *bbolt.Bucket) error {
		if entry, known := j.entry(r.Run); known {
			return j.putRun(b, entry.number, r, text)
		}
		idx, err := j.index(b)
		if err != nil {
			return err
		}
		if err := j.putRun(b, idx.Runs.Next, r, text); err != nil {
			return err
		}
		idx.Runs.Next++
		if err := j.dropOldRuns(b, &idx); err != nil {
			return err
		}
		return put(b, keyIndex, idx, plain())
	})
	if err != nil {
		j.forgetWritten()
		if !before {
			j.forgetRun(r.Run)
		}
	}
	return err
}

func (j *Journal) putRun(b *bbolt.Bucket, number int, r spec.RunRecord, text []byte) error {
	if err := putText(b, keyRun(number), text); err != nil {
		return err
	}
	j.remember(r, number)
	return nil
}

func (j *Journal) loadRun(b *bbolt.Bucket, number int) (r spec.RunRecord, err error) {
	if err = get(b, keyRun(number), &r, j.sealed()); err == nil || isKeyError(err) {
		return r, j.unsealed("the run "+string(r.Run), err)
	}
	return r, j.damaged(err)
}

// dropOldRuns drops the events of the run that is now too old, and the run that is, but
// for its fingerprint.
func (j *Journal) dropOldRuns(b *bbolt.Bucket, idx *index) error {
	runs := &idx.Runs
	if runs.len() > spec.MaxRunsWithEvents {
		number := runs.Next - 1 - spec.MaxRunsWithEvents
		old, err := j.loadRun(b, number)
		if err != nil {
			return err
		}
		if n := len(old.Events); n > 0 {
			old.Events = old.Events[n-1:] // how it ended
		}
		text, err := j.runText(old)
		if err == nil {
			err = j.putRun(b, number, old, text)
		}
		if err != nil {
			return j.unsealed("the run "+string(old.Run), err)
		}
	}
	for ; runs.len() > spec.MaxRuns; runs.First++ {
		old, err := j.loadRun(b, runs.First)
		if err != nil {
			return err
		}
		if err := b.Delete([]byte(keyRun(runs.First))); err != nil {
			return fmt.Errorf("cannot forget a run: %w", err)
		}
		if err := j.addForgotten(b, idx, old.Run); err != nil {
			return err
		}
		j.forgetRun(old.Run)
	}
	return nil
}

// runEntry is what is known of a run without reading it.
type runEntry struct {
	number int
	digest string
	ended  bool
}

func (j *Journal) entry(id spec.RunID) (runEntry, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	run, ok := j.runs[id]
	return run, ok
}

func (j *Journal) remember(r spec.RunRecord, number int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.runs[r.Run] = runEntry{number, r.Digest, r.Ended()}
}

func (j *Journal) forgetRun(id spec.RunID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.runs, id)
}
