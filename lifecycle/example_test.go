package lifecycle_test

import (
	"context"
	"fmt"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// A lifecycle in Go: two states, a value, and a provide that uses it.
func Example() {
	server := &lifecycle.Lifecycle{
		Name: "WebServer",
		States: []*lifecycle.State{
			{Name: "NotInstalled"},
			{
				Name: "Configured",
				Requires: []spec.Require{{Name: "conf", Vars: []spec.Variable{
					{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Default: 80},
				}}},
				Enter: func(_ context.Context, c *lifecycle.Call) error {
					c.Log(spec.LevelInfo, fmt.Sprint("listening on port ", c.Inputs["conf"][0]["port"]))
					return nil
				},
				Provides: []*lifecycle.Provide{{
					Name: "start",
					Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
						conf, _ := c.Entered("Configured")
						return fmt.Sprintf("http://%s:%d", c.Me.Address, conf["conf"][0]["port"]), nil
					},
				}},
			},
		},
	}
	engine, err := lifecycle.New(server, lifecycle.Deps{
		Store: lifecycle.NewMemory(),
		Me:    spec.Info{Host: "web1", Address: "web1.example.org"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()

	// The path to the provide, and what it asks.
	route, err := engine.Route(ctx, spec.RouteQuery{Provide: "/web1/WebServer/Configured/start"})
	if err != nil {
		fmt.Println(err)
		return
	}
	route.Steps[0].Inputs = spec.Inputs{"conf": {{"port": "8080"}}}
	ready, err := engine.Prepare(ctx, spec.Work{Lifecycle: route.Lifecycle, From: route.From, Steps: route.Steps})
	if err != nil {
		fmt.Println(err)
		return
	}
	log := lifecycle.Sink{Log: func(_ spec.Level, text string) { fmt.Println("  " + text) }}
	for i, step := range ready {
		fmt.Println(route.Steps[i].Name())
		returned, err := engine.Execute(ctx, "run-1", step, log)
		if err != nil {
			fmt.Println(err)
			return
		}
		if returned != nil {
			fmt.Println("  returned", returned)
		}
	}
	fmt.Println(engine.Applied())
	// Output:
	// enter Configured
	//   listening on port 8080
	// call Configured.start
	//   returned http://web1.example.org:8080
	// [NotInstalled Configured]
}
