package trial

import (
	"github.com/armonic/armonic/modules/actions"
	"github.com/armonic/armonic/spec"
)

// rehearsals are those of a host, or with "" of all.
func (b *bench) rehearsals(host string) ([]*actions.Rehearsal, error) {
	hosts := b.fleet.hosts
	if host != "" {
		hosts = []spec.Host{spec.Host(host)}
	}
	var out []*actions.Rehearsal
	for _, h := range hosts {
		a, err := b.fleet.service(h)
		if err != nil {
			return nil, err
		}
		out = append(out, actions.RehearsalOf(a.Kept()))
	}
	return out, nil
}

// Fake says what a command gives.
func (b *bench) Fake(host string, argv []string, gives spec.CommandResult) error {
	all, err := b.rehearsals(host)
	for _, r := range all {
		r.Fake(argv, gives)
	}
	return err
}

// Ran lists the commands that would have been run.
func (b *bench) Ran(host string) ([]string, error) {
	return b.gather(host, (*actions.Rehearsal).Ran)
}

// Changes lists what operations changed.
func (b *bench) Changes(host string) ([]string, error) {
	return b.gather(host, (*actions.Rehearsal).Changes)
}

func (b *bench) gather(host string, of func(*actions.Rehearsal) []string) ([]string, error) {
	all, err := b.rehearsals(host)
	var out []string
	for _, r := range all {
		out = append(out, of(r)...)
	}
	return out, err
}

// File is the content of a file.
func (b *bench) File(host, path string) (string, bool, error) {
	if host == "" {
		host = string(b.fleet.hosts[0])
	}
	all, err := b.rehearsals(host)
	if err != nil {
		return "", false, err
	}
	return all[0].File(path)
}
