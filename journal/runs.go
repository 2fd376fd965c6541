package journal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/seal"
	"github.com/armonic/armonic/spec"
)

// runRecord is a run as it is kept: what was returned is apart, to be sealed.
type runRecord struct {
	spec.RunRecord
	Returns map[int]json.RawMessage `json:"returns,omitempty"` // by the index of the event
}

func newRunRecord(k seal.KeyFile, s spec.RunRecord, hide redactor) (runRecord, error) {
	out := runRecord{RunRecord: s, Returns: map[int]json.RawMessage{}}
	out.Events = make([]spec.Event, len(s.Events))
	for i, ev := range s.Events {
		text, err := sealing(k).raw(ev.Returns)
		if err != nil {
			return out, err
		}
		if text != nil {
			out.Returns[i] = text
		}
		ev.Returns = nil
		ev.Text = hide.without(ev.Text)
		ev.Err = hide.fromError(ev.Err)
		out.Events[i] = ev
	}
	return out, nil
}

func (s runRecord) runRecord(k seal.KeyFile) (spec.RunRecord, error) {
	for i, text := range s.Returns {
		if i < 0 || i >= len(s.Events) {
			return s.RunRecord, errValue
		}
		x, err := decoder{k.Open}.raw(text)
		if err != nil {
			return s.RunRecord, err
		}
		s.Events[i].Returns = x
	}
	return s.RunRecord, nil
}

// onlyEnd leaves only how the run ended.
func (s runRecord) onlyEnd() runRecord {
	if n := len(s.Events); n > 0 {
		s.Events = slices.Clone(s.Events[n-1:])
	}
	s.Returns = nil
	return s
}

// Runs lists the runs that have ended, the oldest first, and tells those that were
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
		s, err := j.Run(id)
		if err != nil {
			return nil, nil, err
		}
		begun = append(begun, s)
	}
	return ended, begun, nil
}

// Run gives all that is kept of a run. The error is NotFound for one that was never
// begun, or too long ago.
func (j *Journal) Run(id spec.RunID) (spec.RunRecord, error) {
	var out spec.RunRecord
	err := j.view("read what happened in the run "+string(id), func(b *bbolt.Bucket) error {
		run, known := j.entry(id)
		if !known {
			return spec.Errorf(spec.NotFound, "there is no run %s", id)
		}
		var kept runRecord
		if err := get(b, keyRun(run.number), &kept); err != nil {
			return j.damaged(err)
		}
		var err error
		if out, err = kept.runRecord(j.key); err != nil {
			return j.unsealed("the run "+string(id), err)
		}
		return nil
	})
	return out, err
}

// Digest identifies a secret without telling it.
func (j *Journal) Digest(s spec.Secret) (string, error) {
	d, err := j.key.Digest(s)
	if err != nil {
		return "", j.unsealed("a run", keyError{err})
	}
	return d, nil
}

// RecordRun records a run as it is now, in the place of what was recorded of it before.
// Secrets among the values returned are sealed.
func (j *Journal) RecordRun(s spec.RunRecord) error {
	known := redactor{}
	for _, ev := range s.Events {
		known.value(ev.Returns)
	}
	kept, err := newRunRecord(j.key, s, j.hide(s.Lifecycle, known))
	if err != nil {
		return j.unsealed("the run "+string(s.Run), err)
	}
	_, before := j.entry(s.Run)
	err = j.update("record the run "+string(s.Run), func(b *bbolt.Bucket) error {
		var idx index
		if err := get(b, keyIndex, &idx); err != nil {
			return j.damaged(err)
		}
		if run, known := j.entry(s.Run); known {
			j.remember(s, run.number)
			return put(b, keyRun(run.number), kept)
		}
		if err := put(b, keyRun(idx.Runs.Next), kept); err != nil {
			return err
		}
		j.remember(s, idx.Runs.Next)
		idx.Runs.Next++
		if err := j.trim(b, &idx.Runs); err != nil {
			return err
		}
		return put(b, keyIndex, idx)
	})
	if err != nil && !before {
		j.drop(s.Run)
	}
	return err
}

// runEntry is what is known of a run without reading it.
type runEntry struct {
	number uint64
	digest string
	ended  bool
}

func (j *Journal) entry(id spec.RunID) (runEntry, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	run, ok := j.runs[id]
	return run, ok
}

func (j *Journal) remember(s spec.RunRecord, number uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.runs[s.Run] = runEntry{number, s.Digest, s.Ended()}
}

func (j *Journal) drop(id spec.RunID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.runs, id)
}

// trim drops the events of the run that is now too old, and drops the run that is.
func (j *Journal) trim(b *bbolt.Bucket, runs *span) error {
	if runs.len() > spec.MaxRunsWithEvents {
		var s runRecord
		old := keyRun(runs.Next - 1 - spec.MaxRunsWithEvents)
		if err := get(b, old, &s); err != nil {
			return j.damaged(err)
		}
		if err := put(b, old, s.onlyEnd()); err != nil {
			return err
		}
	}
	for ; runs.len() > spec.MaxRuns; runs.First++ {
		var s runRecord
		if err := get(b, keyRun(runs.First), &s); err != nil {
			return j.damaged(err)
		}
		if err := b.Delete([]byte(keyRun(runs.First))); err != nil {
			return fmt.Errorf("cannot forget a run: %w", err)
		}
		j.drop(s.Run)
	}
	return nil
}
