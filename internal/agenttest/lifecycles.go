package agenttest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/armonic/armonic/lifecycle"
	"github.com/armonic/armonic/spec"
)

// Host is where the agent under test must live.
const Host = spec.Host("host1")

// Password is what the provide "password" of Bench returns.
const Password = "open sesame, it's me"

// Lifecycles are what the agent under test must serve, on a host called Host with
// nothing applied. Their behaviour is in what they are given.
//
//	Bench:  Off > Ready > On, with provides that succeed, fail, block or panic
//	Forked: Base > Left > LeftTop and Base > Right, which is guarded
func Lifecycles() []*lifecycle.Lifecycle { return []*lifecycle.Lifecycle{bench(), forked()} }

func bench() *lifecycle.Lifecycle {
	str := spec.Type{Kind: spec.KindStr}
	return &lifecycle.Lifecycle{
		Name: "Bench",
		Doc:  "Does what it is told.",
		States: []*lifecycle.State{
			{Name: "Off", Provides: []*lifecycle.Provide{
				{
					Name: "echo",
					Provide: spec.Provide{
						Label: "Say it back", Tags: []string{"demo"},
						Requires: []spec.Require{{Name: "say", Vars: []spec.Variable{{Name: "text", Type: str, Default: "hello"}}}},
						Returns:  []spec.Variable{{Name: "text", Type: str}},
					},
					Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
						c.Log(spec.LevelInfo, text(c, "say", "text"))
						c.Progress(1, 2)
						return map[string]any{"text": text(c, "say", "text")}, nil
					},
				},
				{
					Name:    "fail",
					Provide: spec.Provide{Requires: []spec.Require{{Name: "with", Vars: []spec.Variable{{Name: "message", Type: str}}}}},
					Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
						return nil, errors.New(text(c, "with", "message"))
					},
				},
				{
					Name: "wait", // until it is stopped
					Do: func(ctx context.Context, c *lifecycle.Call) (any, error) {
						c.Log(spec.LevelInfo, "waiting")
						<-ctx.Done()
						return nil, ctx.Err()
					},
				},
				{
					Name: "panic",
					Do:   func(context.Context, *lifecycle.Call) (any, error) { panic("this is only a test") },
				},
				{
					Name:    "count",
					Provide: spec.Provide{Requires: []spec.Require{{Name: "to", Vars: []spec.Variable{{Name: "n", Type: spec.Type{Kind: spec.KindInt}}}}}},
					Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
						n, _ := c.Inputs["to"][0]["n"].(int)
						for i := range n {
							c.Log(spec.LevelInfo, fmt.Sprint("line ", i))
						}
						return nil, nil
					},
				},
				{
					Name: "password",
					Provide: spec.Provide{Returns: []spec.Variable{
						{Name: "password", Type: spec.Type{Kind: spec.KindPassword}}, {Name: "user", Type: str}}},
					Do: func(context.Context, *lifecycle.Call) (any, error) {
						return map[string]any{"password": Password, "user": "armonic"}, nil
					},
				},
			}},
			{
				Name: "Ready",
				Requires: []spec.Require{
					{Name: "conf", Vars: []spec.Variable{
						{Name: "port", Type: spec.Type{Kind: spec.KindPort}, Default: 80},
						{Name: "mode", Type: str, Default: "good"},
					}},
					{Name: "names", Nargs: spec.Nargs{Min: 0, Max: 2}, Vars: []spec.Variable{{Name: "name", Type: str}}},
				},
				Enter: func(_ context.Context, c *lifecycle.Call) error {
					if text(c, "conf", "mode") == "bad" {
						return spec.Errorf(spec.Failed, "the mode is bad").WithHint("choose another mode")
					}
					return nil
				},
				Hooks: lifecycle.Hooks{Suggest: map[string]func(context.Context, *lifecycle.Call) (any, error){
					"conf/mode": func(_ context.Context, c *lifecycle.Call) (any, error) { return "good on " + string(c.Me.Host), nil },
				}},
			},
			{Name: "On", Provides: []*lifecycle.Provide{{
				Name: "start",
				Do: func(_ context.Context, c *lifecycle.Call) (any, error) {
					in, _ := c.Entered("Ready")
					return map[string]any{"url": fmt.Sprintf("http://%s:%d", c.Me.Host, in["conf"][0]["port"])}, nil
				},
			}}},
		},
	}
}

func forked() *lifecycle.Lifecycle {
	return &lifecycle.Lifecycle{
		Name:        "Forked",
		States:      []*lifecycle.State{{Name: "Base"}, {Name: "Left"}, {Name: "LeftTop"}, {Name: "Right", Guarded: time.Hour, Provides: []*lifecycle.Provide{{Name: "echo"}}}},
		Transitions: [][2]string{{"Base", "Left"}, {"Left", "LeftTop"}, {"Base", "Right"}},
	}
}

func text(c *lifecycle.Call, require, variable string) string {
	s, _ := c.Inputs[require][0][variable].(string)
	return s
}
