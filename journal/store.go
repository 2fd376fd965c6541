package journal

import (
	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// Load gives what is known of a lifecycle.
func (j *Journal) Load(name string) (lifecycle.Record, error) {
	var out lifecycle.Record
	err := j.view("read what is known of "+name, func(b *bbolt.Bucket) error {
		rec, _, err := j.loadRecord(b, name)
		if err != nil {
			return err
		}
		out = rec.Record
		if out.Effects, _, err = j.loadEffects(b, name, rec.EffectNumbers); err != nil {
			return err
		}
		out.Calls, err = j.loadCalls(b, name, rec.CallNumbers)
		return err
	})
	if err != nil {
		return lifecycle.Record{}, err
	}
	j.redactor(name).Learn(out)
	return out, nil
}

// Lifecycles names those of which something is known.
func (j *Journal) Lifecycles() (names []string, err error) {
	err = j.view("list the lifecycles", func(b *bbolt.Bucket) error {
		idx, err := j.index(b)
		names = idx.Lifecycles
		return err
	})
	return names, err
}

// Begin records that a step is about to have effects.
func (j *Journal) Begin(name string, d lifecycle.Doing) error {
	r := j.redactor(name)
	r.Learn(d.Step.Inputs)
	d.Step.Requires = nil // the definition knows that
	d.Did = redactLines(r, d.Did)
	return j.changeRecord(name, "record the step "+d.Step.Name(), func(_ *bbolt.Bucket, rec *record) error {
		rec.Begin(d)
		return nil
	})
}

// AppendLog adds lines to the log of the step in progress.
func (j *Journal) AppendLog(name string, lines ...string) error {
	lines = redactLines(j.redactor(name), lines)
	return j.changeRecord(name, "record what was done", func(_ *bbolt.Bucket, rec *record) error {
		rec.AppendLog(lines...)
		return nil
	})
}

// End records how the step ended.
func (j *Journal) End(name string, o lifecycle.Outcome) error {
	return j.end(name, o, func(*bbolt.Bucket) error { return nil })
}

// EndWithRun records how the step ended, and what is kept of its run.
func (j *Journal) EndWithRun(name string, o lifecycle.Outcome, r spec.RunRecord) error {
	j.redactor(name).Learn(o)
	return j.recordingRun(r, func(put func(*bbolt.Bucket) error) error { return j.end(name, o, put) })
}

func (j *Journal) end(name string, o lifecycle.Outcome, more func(*bbolt.Bucket) error) error {
	r := j.redactor(name)
	r.Learn(o)
	return j.changeEffects(name, "record how a step ended", o.Effects, func(b *bbolt.Bucket, rec *record) error {
		if err := more(b); err != nil {
			return err
		}
		o.Fault = redactFault(r, o.Fault)
		o.Effects = lifecycle.EffectChange{} // they have keys of their own
		rec.End(o)
		if o.Called == nil {
			return nil
		}
		c := *o.Called
		c.Err = c.Err.Redacted(r)
		return j.addCall(b, name, &rec.CallNumbers, c)
	})
}
