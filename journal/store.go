package journal

import (
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/lifecycle"
)

// Load gives what is known of a lifecycle.
func (j *Journal) Load(name string) (lifecycle.Record, error) {
	var out lifecycle.Record
	err := j.view("read what is known of "+name, func(b *bbolt.Bucket) error {
		if err := j.damageOf(name); err != nil {
			return err
		}
		h, err := j.head(b, name)
		if err != nil {
			return err
		}
		if out, err = h.record(j.key); err != nil {
			return j.unsealed(name, err)
		}
		for n := h.Calls.First; n < h.Calls.Next; n++ {
			var c called
			if err := get(b, keyCall(name, n), &c); err != nil {
				return j.damagedLifecycle(name, err)
			}
			call, err := c.called(j.key)
			if err != nil {
				return j.unsealed(name, err)
			}
			out.Calls = append(out.Calls, call)
		}
		return nil
	})
	if err != nil {
		return lifecycle.Record{}, err
	}
	known := redactor{}
	for _, a := range out.Applied {
		known.learn(a.Inputs)
	}
	if out.Doing != nil {
		known.learn(out.Doing.Step.Inputs)
	}
	known.fault(out.Fault)
	j.hide(name, known)
	return out, nil
}

// Lifecycles names those of which something is known.
func (j *Journal) Lifecycles() ([]string, error) {
	var idx index
	err := j.view("list the lifecycles", func(b *bbolt.Bucket) error { return get(b, keyIndex, &idx) })
	return idx.Lifecycles, err
}

// Begin records that a step is about to have effects.
func (j *Journal) Begin(name string, d lifecycle.Doing) error {
	known := redactor{}
	known.learn(d.Step.Inputs)
	hide := j.hide(name, known)
	doing, err := newDoing(j.key, d, hide)
	if err != nil {
		return j.unsealed(name, err)
	}
	return j.change(name, "record the step "+d.Step.Name(), func(_ *bbolt.Bucket, h *head) error {
		h.Doing = doing
		return nil
	})
}

// AppendLog adds to what the step in progress has done so far.
func (j *Journal) AppendLog(name string, did ...string) error {
	did = j.hide(name, nil).from(did)
	return j.change(name, "record what was done", func(_ *bbolt.Bucket, h *head) error {
		if h.Doing != nil {
			h.Doing.Did = append(h.Doing.Did, did...)
			h.Doing.Did = h.Doing.Did[max(len(h.Doing.Did)-lifecycle.MaxLogLines, 0):]
		}
		return nil
	})
}

// End records how the step ended.
func (j *Journal) End(name string, o lifecycle.Outcome) error {
	hide := j.hide(name, outcomeSecrets(o))
	return j.change(name, "record how a step ended", func(b *bbolt.Bucket, h *head) error {
		if o.Entered != nil {
			a, err := newApplied(j.key, *o.Entered)
			if err != nil {
				return j.unsealed(name, err)
			}
			h.Applied = append(h.Applied, a)
		}
		if o.Left && len(h.Applied) > 0 {
			h.Applied = h.Applied[:len(h.Applied)-1]
		}
		h.Doing = nil
		var err error
		if h.Fault, err = newFault(j.key, o.Fault, hide); err != nil {
			return j.unsealed(name, err)
		}
		if o.Called == nil {
			return nil
		}
		c, err := newCalled(j.key, *o.Called, hide)
		if err != nil {
			return j.unsealed(name, err)
		}
		return h.addCall(b, name, c)
	})
}

// addCall keeps a call, and drops the oldest if there are too many.
func (h *head) addCall(b *bbolt.Bucket, name string, c called) error {
	if err := put(b, keyCall(name, h.Calls.Next), c); err != nil {
		return err
	}
	h.Calls.Next++
	for ; h.Calls.len() > lifecycle.MaxCalls; h.Calls.First++ {
		if err := b.Delete([]byte(keyCall(name, h.Calls.First))); err != nil {
			return err
		}
	}
	return nil
}

func outcomeSecrets(o lifecycle.Outcome) redactor {
	r := redactor{}
	if o.Entered != nil {
		r.learn(o.Entered.Inputs)
	}
	r.fault(o.Fault)
	if o.Called != nil {
		r.learn(o.Called.Inputs)
		r.value(o.Called.Returns)
	}
	return r
}

// change changes the head of a lifecycle, in one transaction.
func (j *Journal) change(name, op string, fn func(b *bbolt.Bucket, h *head) error) error {
	return j.update(op, func(b *bbolt.Bucket) error {
		if err := j.damageOf(name); err != nil {
			return err
		}
		h, err := j.head(b, name)
		if err != nil {
			return err
		}
		if err := fn(b, &h); err != nil {
			return err
		}
		return put(b, keyLifecycle(name), h)
	})
}

// head reads what is kept of a lifecycle; it is listed in the index with the first
// that is written of it.
func (j *Journal) head(b *bbolt.Bucket, name string) (head, error) {
	var h head
	var idx index
	if err := get(b, keyIndex, &idx); err != nil {
		return h, j.damaged(err)
	}
	at, known := slices.BinarySearch(idx.Lifecycles, name)
	if known {
		if err := get(b, keyLifecycle(name), &h); err != nil {
			return h, j.damagedLifecycle(name, err)
		}
		return h, nil
	}
	if b.Writable() {
		idx.Lifecycles = slices.Insert(idx.Lifecycles, at, name)
		return h, put(b, keyIndex, idx)
	}
	return h, nil
}

// hide adds secrets to those that texts about a lifecycle must not show, and gives
// all of them.
func (j *Journal) hide(name string, more redactor) redactor {
	j.mu.Lock()
	defer j.mu.Unlock()
	all := redactor{}
	maps.Copy(all, j.secrets[name])
	maps.Copy(all, more)
	j.secrets[name] = all
	return all
}
