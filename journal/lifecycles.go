package journal

import (
	"slices"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// record is what is kept of a lifecycle under one key. The calls and the effects
// have keys of their own: there are many.
type record struct {
	lifecycle.Record
	CallNumbers   span  `json:"calls"`
	EffectNumbers []int `json:"effects,omitempty"` // sorted
}

// loadRecord reads what is kept of a lifecycle, without its calls.
func (j *Journal) loadRecord(b *bbolt.Bucket, name string) (rec record, known bool, err error) {
	if err := j.damageOf(name); err != nil {
		return rec, false, err
	}
	idx, err := j.index(b)
	if err != nil {
		return rec, false, err
	}
	if _, known = slices.BinarySearch(idx.Lifecycles, name); known {
		err = j.unreadable(name, get(b, keyLifecycle(name), &rec, j.sealed()))
	}
	return rec, known, err
}

// loadCalls reads the calls of a lifecycle.
func (j *Journal) loadCalls(b *bbolt.Bucket, name string, numbers span) (calls []spec.Called, err error) {
	for n := numbers.First; n < numbers.Next; n++ {
		var c spec.Called
		if err := get(b, keyCall(name, n), &c, j.sealed()); err != nil {
			return nil, j.unreadable(name, err)
		}
		calls = append(calls, c)
	}
	return calls, nil
}

// changeRecord changes what is kept of a lifecycle, in one transaction. A lifecycle is
// listed in the index with the first that is written of it.
func (j *Journal) changeRecord(name, op string, fn func(b *bbolt.Bucket, rec *record) error) error {
	return j.update(op, func(b *bbolt.Bucket) error {
		rec, known, err := j.loadRecord(b, name)
		if err != nil {
			return err
		}
		if err := fn(b, &rec); err != nil {
			return j.unsealed(name, err)
		}
		if err := put(b, keyLifecycle(name), rec, j.sealed()); err != nil || known {
			return j.unsealed(name, err)
		}
		idx, err := j.index(b)
		if err != nil {
			return err
		}
		at, _ := slices.BinarySearch(idx.Lifecycles, name)
		idx.Lifecycles = slices.Insert(idx.Lifecycles, at, name)
		return put(b, keyIndex, idx, plain())
	})
}

// addCall keeps a call, and drops the oldest if there are too many. The secrets of one that
// a state required are needed again: when that is entered again, it is made with them.
func (j *Journal) addCall(b *bbolt.Bucket, name string, numbers *span, c spec.Called) error {
	secrets := j.digests()
	if len(c.For) > 0 {
		secrets = j.sealed()
	}
	if err := put(b, keyCall(name, numbers.Next), c, secrets); err != nil {
		return err
	}
	numbers.Next++
	for ; numbers.len() > lifecycle.MaxCalls; numbers.First++ {
		if err := b.Delete([]byte(keyCall(name, numbers.First))); err != nil {
			return err
		}
	}
	return nil
}

func (j *Journal) index(b *bbolt.Bucket) (index, error) {
	var idx index
	if err := get(b, keyIndex, &idx, plain()); err != nil {
		return idx, j.damaged(err)
	}
	return idx, nil
}
