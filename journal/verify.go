package journal

import (
	"errors"
	"fmt"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/spec"
)

// verify reads every value. What is wrong with one lifecycle is kept for those who
// ask for it, anything else is the error.
func (j *Journal) verify() error {
	return j.view(opening, func(b *bbolt.Bucket) error {
		if b == nil {
			return j.otherFormat("another program's")
		}
		var text string
		if err := get(b, keyFormat, &text); err != nil {
			return j.damaged(err)
		}
		if text != format {
			return j.otherFormat(text)
		}
		var idx index
		if err := get(b, keyIndex, &idx); err != nil {
			return j.damaged(err)
		}
		known, err := j.expected(b, idx)
		if err != nil {
			return err
		}
		var owed []spec.Owed
		if err := get(b, keyOwed, &owed); err != nil {
			return j.damaged(err)
		}
		return j.checkNoOthers(b, known)
	})
}

// expected reads what there must be, and gives the keys of all of it.
func (j *Journal) expected(b *bbolt.Bucket, idx index) (map[string]bool, error) {
	known := map[string]bool{keyFormat: true, keyIndex: true, keyOwed: true}
	for _, name := range idx.Lifecycles {
		known[keyLifecycle(name)] = true
		var h head
		err := get(b, keyLifecycle(name), &h)
		if err == nil {
			_, err = h.record(j.key)
		}
		for n := h.Calls.First; err == nil && n < h.Calls.Next; n++ {
			var c called
			if err = get(b, keyCall(name, n), &c); err == nil {
				_, err = c.called(j.key)
			}
			known[keyCall(name, n)] = true
		}
		if sealed := (keyError{}); errors.As(err, &sealed) {
			return nil, j.unsealed(name, err) // nothing is wrong with this file
		}
		if err != nil {
			j.damagedParts[name] = j.damagedLifecycle(name, err)
		}
	}
	for n := idx.Runs.First; n < idx.Runs.Next; n++ {
		var s runRecord
		err := get(b, keyRun(n), &s)
		if err == nil {
			_, err = s.runRecord(j.key)
		}
		if sealed := (keyError{}); errors.As(err, &sealed) {
			return nil, j.unsealed("the run "+string(s.Run), err)
		} else if err != nil {
			return nil, j.damaged(err)
		}
		known[keyRun(n)] = true
		j.remember(s.RunRecord, n)
	}
	return known, nil
}

// checkNoOthers looks for values that nobody knows of. Those of a lifecycle that is
// damaged belong to it.
func (j *Journal) checkNoOthers(b *bbolt.Bucket, known map[string]bool) error {
	return b.ForEach(func(k, v []byte) error {
		key := string(k)
		for name := range j.damagedParts {
			if strings.HasPrefix(key, keyCall(name, 0)[:len(keyCall(name, 0))-16]) {
				return nil
			}
		}
		if v == nil || !known[key] {
			return j.damaged(fmt.Errorf("nothing refers to %q", key))
		}
		return nil
	})
}

// damageOf is the error of a lifecycle that is damaged.
func (j *Journal) damageOf(lifecycle string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.damagedParts[lifecycle]
}
