package op

import (
	"context"

	"github.com/armonic/armonic/host/view"
	"github.com/armonic/armonic/spec"
)

// serviceOperation wants a service to run or not, now and after a boot.
type serviceOperation struct {
	name             string
	running, enabled *bool // nil: as it is
}

func service() Definition {
	return Definition{
		Name: "service", Required: 1,
		Doc: "A service of systemd. It has come up when it still runs a second later; if it does not, the step fails with the end of its journal. " +
			"One that is to run once (oneshot) may end.",
		Params: []Param{
			{Name: "name", Doc: "Its name: nginx; with a suffix if it is no .service: fstrim.timer."},
			{Name: "running", Type: Flag, Doc: "Whether it runs. As it is, if not given."},
			{Name: "enabled", Type: Flag, Doc: "Whether it is started when the host boots. As it is, if not given."},
		},
		New: func(a Arguments) (Operation, error) {
			o := serviceOperation{name: a["name"]}
			if set, given := a.flag("running"); given {
				o.running = &set
			}
			if set, given := a.flag("enabled"); given {
				o.enabled = &set
			}
			return o, view.CheckService(o.name)
		},
	}
}

// Key is the service.
func (o serviceOperation) Key() string { return string(view.Service) + " " + o.name }

// Plan says what would change.
func (o serviceOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	key := string(view.Service) + " " + o.name
	now, err := v.Get(key)
	if err != nil {
		return nil, err
	}
	if now.Kind == view.Nothing {
		if o.running != nil && *o.running || o.enabled != nil && *o.enabled {
			return nil, noService(o.name)
		}
		return nil, nil // it does not run
	}
	is := view.ParseService(now.Content)
	want := is
	if o.enabled != nil {
		want = is.WithBoot(*o.enabled)
	}
	switch {
	case want.Boot == "" && is.Boot == "masked":
		return nil, masked(o.name)
	case want.Boot == "":
		return nil, spec.Errorf(spec.Conflict, "the service %s cannot be enabled: it is %s", o.name, is.Boot).
			WithHint("its unit does not say what would start it at boot ([Install]); leave enabled out")
	}
	if o.running != nil {
		want.Now = view.Stopped
		if *o.running {
			want.Now = view.Running
		}
	}
	if want.IsRunning() && !is.IsRunning() && is.Boot == "masked" {
		return nil, masked(o.name)
	}
	after := view.Object{Kind: view.Service, Content: want.String()}
	if again := is.Now == view.Idle && want.IsRunning(); view.Same(after, now) && !again {
		return nil, nil
	}
	return []Change{{Key: key, Before: now, After: after}}, nil
}

func noService(name string) error {
	return spec.Errorf(spec.NotFound, "there is no service %s", name).
		WithHint("install its package, or write it with ctx.host.unit, before")
}

func masked(name string) error {
	return spec.Errorf(spec.Conflict, "the service %s is masked", name).
		WithHint(`somebody wants it never to run; if that is over: ctx.host.run(["systemctl", "unmask", %q])`, name)
}
