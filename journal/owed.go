package journal

import (
	"slices"
	"strings"

	"go.etcd.io/bbolt"

	"github.com/armonic/armonic/spec"
)

// Owe records that a service must be reloaded or restarted. A service is owed once:
// the first change is kept, and a restart makes up for a reload.
func (j *Journal) Owe(o spec.Owed) error {
	return j.owe("record that "+o.Service+" must be reloaded", func(all []spec.Owed) []spec.Owed {
		at, found := find(all, o.Service)
		if !found {
			return slices.Insert(all, at, o)
		}
		all[at].Restart = all[at].Restart || o.Restart
		return all
	})
}

// Owed lists what is owed, by name of the service.
func (j *Journal) Owed() ([]spec.Owed, error) {
	var all []spec.Owed
	err := j.view("read what must be reloaded", func(b *bbolt.Bucket) error {
		if err := get(b, keyOwed, &all); err != nil {
			return j.damaged(err)
		}
		return nil
	})
	return all, err
}

// Paid records that a service was reloaded or restarted.
func (j *Journal) Paid(service string) error {
	return j.owe("record that "+service+" was reloaded", func(all []spec.Owed) []spec.Owed {
		at, found := find(all, service)
		if found {
			return slices.Delete(all, at, at+1)
		}
		return all
	})
}

func find(all []spec.Owed, service string) (int, bool) {
	return slices.BinarySearchFunc(all, service, func(o spec.Owed, s string) int { return strings.Compare(o.Service, s) })
}

func (j *Journal) owe(op string, fn func([]spec.Owed) []spec.Owed) error {
	return j.update(op, func(b *bbolt.Bucket) error {
		var all []spec.Owed
		if err := get(b, keyOwed, &all); err != nil {
			return j.damaged(err)
		}
		return put(b, keyOwed, fn(all))
	})
}
