package journal

import (
	"encoding/json"
	"fmt"

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
		s.Events = s.Events[n-1:]
	}
	s.Returns = nil
	return s
}

// Stories lists the runs that were begun, the oldest first.
func (j *Journal) Stories() ([]spec.Story, error) {
	var out []spec.Story
	err := j.view("read which runs were executed", func(b *bbolt.Bucket) error {
		var idx index
		if err := get(b, keyIndex, &idx); err != nil {
			return j.damaged(err)
		}
		for n := idx.Runs.First; n < idx.Runs.Next; n++ {
			var kept story
			if err := get(b, keyRun(n), &kept); err != nil {
				return j.damaged(err)
			}
			s, err := kept.story(j.key)
			if err != nil {
				return j.unsealed("the run "+string(s.Run), err)
			}
			out = append(out, s)
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
	return j.update("record the run "+string(s.Run), func(b *bbolt.Bucket) error {
		var idx index
		if err := get(b, keyIndex, &idx); err != nil {
			return j.damaged(err)
		}
		n, err := j.number(b, idx.Runs, s.Run)
		if err != nil {
			return err
		}
		if err := put(b, keyRun(n), kept); err != nil || n < idx.Runs.Next {
			return err
		}
		idx.Runs.Next++
		if err := j.forget(b, &idx.Runs); err != nil {
			return err
		}
		return put(b, keyIndex, idx)
	})
}

// number finds a run among the last ones, or gives it the next number: only those
// that happen now are told anew.
func (j *Journal) number(b *bbolt.Bucket, runs span, id spec.RunID) (uint64, error) {
	for n := runs.Next; n > runs.First && runs.Next-n < spec.MaxStories; n-- {
		var s struct {
			Run spec.RunID `json:"run"`
		}
		if err := get(b, keyRun(n-1), &s); err != nil {
			return 0, j.damaged(err)
		}
		if s.Run == id {
			return n - 1, nil
		}
	}
	return runs.Next, nil
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
		if err := b.Delete([]byte(keyRun(runs.First))); err != nil {
			return fmt.Errorf("cannot forget a run: %w", err)
		}
	}
	return nil
}
