package view

import (
	"context"
	"strings"

	"github.com/armonic/armonic/spec"
)

// UnitDirectory is where units are that an administrator wrote.
const UnitDirectory = "/etc/systemd/system"

// foreseenService gives what a service would be that is not there yet: its unit may be one
// of the changes, or come with one of the packages, and then is not known.
func (v *Overlay) foreseenService(key string) Object {
	_, name, _ := strings.Cut(key, " ")
	if unit, ok := v.changed[UnitDirectory+"/"+UnitName(name)]; ok && unit.Kind != Nothing {
		state := ServiceState{"static", Stopped}
		if strings.Contains(unit.Content, "[Install]") {
			state.Boot = Disabled
		}
		return Object{Kind: Service, Content: state.String()}
	}
	if v.pendingUnit(name) {
		return v.pendingService()
	}
	for other, o := range v.changed {
		if spec.KindOfKey(other) == Package && o.Kind == Package {
			return Object{Kind: Service, Content: ServiceState{Unknown, Unknown}.String()}
		}
	}
	return Object{}
}

// Act forgets that it was owed: nothing runs there.
func (v *Overlay) Act(_ context.Context, verb Verb, service string) error {
	delete(v.changed, string(verb)+" "+service)
	return nil
}

// Validate accepts everything: a preview runs no program.
func (v *Overlay) Validate(context.Context, []string, ...Named) (already string, err error) {
	return "", nil
}

// Act forgets that it was owed: nothing runs on a simulated host.
func (m *Memory) Act(_ context.Context, verb Verb, service string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, string(verb)+" "+service)
	return nil
}

// Validate accepts everything: a simulated host has no programs.
func (m *Memory) Validate(context.Context, []string, ...Named) (already string, err error) {
	return "", nil
}
