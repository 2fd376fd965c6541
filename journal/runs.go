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

// story is a run as it is kept: what was returned is apart, to be sealed.
type story struct {
	spec.Story
	Returns map[int]json.RawMessage `json:"returns,omitempty"` // by the index of the event
}

func newStory(k seal.KeyFile, s spec.Story, hide words) (story, error) {
	out := story{Story: s, Returns: map[int]json.RawMessage{}}
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

func (s story) story(k seal.KeyFile) (spec.Story, error) {
	for i, text := range s.Returns {
		if i < 0 || i >= len(s.Events) {
			return s.Story, errValue
		}
		x, err := decoder{k.Open}.raw(text)
		if err != nil {
			return s.Story, err
		}
		s.Events[i].Returns = x
	}
	return s.Story, nil
}

// brief leaves only how the run ended.
func (s story) brief() story {
	if n := len(s.Events); n > 0 {
		s.Events = slices.Clone(s.Events[n-1:])
	}
	s.Returns = nil
	return s
}

// Stories lists the runs that have ended, the oldest first, and tells those that were
// begun and have not.
func (j *Journal) Stories() (ended []spec.Past, begun []spec.Story, err error) {
	j.mu.Lock()
	all := maps.Clone(j.runs)
	j.mu.Unlock()
	order := slices.SortedFunc(maps.Keys(all), func(a, b spec.RunID) int { return cmp.Compare(all[a].number, all[b].number) })
	for _, id := range order {
		if all[id].ended {
			ended = append(ended, spec.Past{Run: id, Digest: all[id].digest})
			continue
		}
		s, err := j.Story(id)
		if err != nil {
			return nil, nil, err
		}
		begun = append(begun, s)
	}
	return ended, begun, nil
}

// Story gives all that is kept of a run. The error is NotFound for one that was never
// begun, or too long ago.
func (j *Journal) Story(id spec.RunID) (spec.Story, error) {
	var out spec.Story
	err := j.view("read what happened in the run "+string(id), func(b *bbolt.Bucket) error {
		run, known := j.knows(id)
		if !known {
			return spec.Errorf(spec.NotFound, "there is no run %s", id)
		}
		var kept story
		if err := get(b, keyRun(run.number), &kept); err != nil {
			return j.damaged(err)
		}
		var err error
		if out, err = kept.story(j.key); err != nil {
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

// Tell records a run as it is now, in the place of what was recorded of it before.
// Secrets among the values returned are sealed.
func (j *Journal) Tell(s spec.Story) error {
	known := words{}
	for _, ev := range s.Events {
		known.value(ev.Returns)
	}
	kept, err := newStory(j.key, s, j.hide(s.Lifecycle, known))
	if err != nil {
		return j.unsealed("the run "+string(s.Run), err)
	}
	_, before := j.knows(s.Run)
	err = j.update("record the run "+string(s.Run), func(b *bbolt.Bucket) error {
		var idx index
		if err := get(b, keyIndex, &idx); err != nil {
			return j.damaged(err)
		}
		if run, known := j.knows(s.Run); known {
			j.learn(s, run.number)
			return put(b, keyRun(run.number), kept)
		}
		if err := put(b, keyRun(idx.Runs.Next), kept); err != nil {
			return err
		}
		j.learn(s, idx.Runs.Next)
		idx.Runs.Next++
		if err := j.forget(b, &idx.Runs); err != nil {
			return err
		}
		return put(b, keyIndex, idx)
	})
	if err != nil && !before {
		j.take(s.Run)
	}
	return err
}

// known is what is known of a run without reading it.
type known struct {
	number uint64
	digest string
	ended  bool
}

func (j *Journal) knows(id spec.RunID) (known, bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	run, ok := j.runs[id]
	return run, ok
}

func (j *Journal) learn(s spec.Story, number uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.runs[s.Run] = known{number, s.Digest, s.Ended()}
}

func (j *Journal) take(id spec.RunID) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.runs, id)
}

// forget shortens the story that is now too old, and drops the run that is.
func (j *Journal) forget(b *bbolt.Bucket, runs *span) error {
	if runs.len() > spec.MaxStories {
		var s story
		old := keyRun(runs.Next - 1 - spec.MaxStories)
		if err := get(b, old, &s); err != nil {
			return j.damaged(err)
		}
		if err := put(b, old, s.brief()); err != nil {
			return err
		}
	}
	for ; runs.len() > spec.MaxRuns; runs.First++ {
		var s story
		if err := get(b, keyRun(runs.First), &s); err != nil {
			return j.damaged(err)
		}
		if err := b.Delete([]byte(keyRun(runs.First))); err != nil {
			return fmt.Errorf("cannot forget a run: %w", err)
		}
		j.take(s.Run)
	}
	return nil
}
