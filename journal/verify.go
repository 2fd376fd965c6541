package journal

import (
	"fmt"
	"strings"

	"go.etcd.io/bbolt"
)

// verify reads every value, after bringing an older format to the present one: the file
// is changed only if all of it can be read then. It gives the number of the transaction
// that it read. What is wrong with one lifecycle is kept for those who ask for it,
// anything else is the error.
func (j *Journal) verify() (tx int, err error) {
	old := 0
	err = j.view(opening, func(b *bbolt.Bucket) error {
		n, err := j.format(b)
		if err != nil {
			return err
		}
		tx = b.Tx().ID()
		if n < currentFormat() {
			old = n
			return nil
		}
		return j.verifyAll(b)
	})
	if err != nil || old == 0 {
		return tx, err
	}
	err = j.update(opening, func(b *bbolt.Bucket) error {
		tx = b.Tx().ID()
		if err := migrate(b, old); err != nil {
			return err
		}
		return j.verifyAll(b)
	})
	return tx, err
}

func (j *Journal) verifyAll(b *bbolt.Bucket) error {
	idx, err := j.index(b)
	if err != nil {
		return err
	}
	known := map[string]bool{keyFormat: true, keyIndex: true}
	for _, name := range idx.Lifecycles {
		if err := j.verifyLifecycle(b, name, known); err != nil {
			return err
		}
	}
	for n := idx.Runs.First; n < idx.Runs.Next; n++ {
		r, err := j.loadRun(b, n)
		if err != nil {
			return err
		}
		known[keyRun(n)] = true
		j.remember(r, n)
	}
	if err := j.loadForgotten(b, idx.Forgotten, known); err != nil {
		return err
	}
	return j.verifyNothingElse(b, known)
}

// verifyLifecycle adds the keys of a lifecycle to those that are known. The error is
// that of a key file.
func (j *Journal) verifyLifecycle(b *bbolt.Bucket, name string, known map[string]bool) error {
	known[keyLifecycle(name)] = true
	rec, _, err := j.loadRecord(b, name)
	for n := rec.CallNumbers.First; n < rec.CallNumbers.Next; n++ {
		known[keyCall(name, n)] = true
	}
	for _, n := range rec.EffectNumbers {
		known[keyEffect(name, n)] = true
	}
	if err == nil {
		_, err = j.loadCalls(b, name, rec.CallNumbers)
	}
	if err == nil {
		var used []image
		_, used, err = j.loadEffects(b, name, rec.EffectNumbers)
		j.images.count(used, nil)
	}
	if isKeyError(err) {
		return err // nothing is wrong with this file
	}
	if err != nil {
		j.mu.Lock()
		defer j.mu.Unlock()
		j.damagedParts[name] = err
	}
	return nil
}

// verifyNothingElse looks for values that nobody knows of. Those of a lifecycle that is
// damaged belong to it.
func (j *Journal) verifyNothingElse(b *bbolt.Bucket, known map[string]bool) error {
	return b.ForEach(func(k, v []byte) error {
		key := string(k)
		for name := range j.damagedParts {
			if strings.HasPrefix(key, keyCalls(name)) || strings.HasPrefix(key, keyEffects(name)) {
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
