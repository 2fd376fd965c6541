package op

import (
	"context"

	"github.com/armonic/armonic/host/view"
)

// actOperation owes a service a reload or a restart.
type actOperation struct {
	verb view.Verb
	name string
}

func reload() Definition {
	return act(view.Reload, "Has a service read its configuration again: once, at the end of the run. One that does not run by then is left alone.")
}

func restart() Definition {
	return act(view.Restart, "Has a service started anew: once, at the end of the run. One that is stopped by then is left alone; one that failed is started.")
}

func act(verb view.Verb, doc string) Definition {
	return Definition{
		Name: string(verb), Required: 1, Doc: doc,
		Params: []Param{{Name: "name", Doc: "Its name: nginx."}},
		New: func(a Arguments) (Operation, error) {
			return actOperation{verb, a["name"]}, view.CheckService(a["name"])
		},
	}
}

// Plan says that it is owed, unless it is already.
func (o actOperation) Plan(_ context.Context, v view.View) ([]Change, error) {
	service, err := v.Get(string(view.Service) + " " + o.name)
	if err != nil {
		return nil, err
	}
	if service.Kind == view.Nothing {
		return nil, noService(o.name)
	}
	key := string(o.verb) + " " + o.name
	now, err := v.Get(key)
	if err != nil || now.Kind == o.verb {
		return nil, err
	}
	return []Change{{Key: key, Before: now, After: view.Object{Kind: o.verb}}}, nil
}
